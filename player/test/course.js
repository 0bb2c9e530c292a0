// A course for tests: the shared quiz in a module, or as many modules as the whole course has.
import { readFileSync } from 'node:fs';
/** @import { PackageData, Question, Quiz, Responses } from '../src/types.js' */

/** @returns {Quiz} */
export function sampleQuiz() {
  return JSON.parse(readFileSync(new URL('../../tests/vectors/quiz.json', import.meta.url), 'utf8'));
}

/** @param {Partial<PackageData>} [more] @returns {PackageData} */
export function oneModule(more = {}) {
  return {
    kind: 'package',
    course: 'c',
    scope: 'm',
    content: 'abcdef0123456789',
    start: 'm',
    status: 'completed',
    pass_mark: 70,
    modules: [{ id: 'm', title: 'M', weight: 1, lessons: ['l1', 'l2'], quiz: 'm-quiz' }],
    ...more,
  };
}

export const SEED_RANDOM = () => 0.5;

/**
 * Every answer right, whatever is drawn.
 * @param {Quiz} quiz
 * @param {(q: Question) => number} variant
 * @returns {Responses}
 */
export function rightAnswers(quiz, variant) {
  const out = /** @type {Responses} */ ({});
  for (const q of quiz.questions) {
    if (q.type === 'single') out[q.id] = q.options.filter((o) => o.correct)[0].id;
    else if (q.type === 'multiple') out[q.id] = q.options.filter((o) => o.correct).map((o) => o.id);
    else if (q.type === 'true-false') out[q.id] = q.options.length ? { value: q.answer, reason: q.options.filter((o) => o.correct)[0].id } : { value: q.answer };
    else if (q.type === 'numeric') out[q.id] = String(q.variants[variant(q)].answer);
    else if (q.type === 'matching') out[q.id] = { ...q.pairs };
    else if (q.type === 'ordering') out[q.id] = q.items.map((i) => i.id);
    else out[q.id] = q.accept[0];
  }
  return out;
}

/** A course of `modules` modules with six lessons and six questions each, ids as long as real ones. @param {number} modules */
export function bigCourse(modules) {
  const quizzes = /** @type {Map<string, Quiz>} */ (new Map());
  const data = oneModule({ scope: 'course', modules: [] });
  const kinds = ['q-single', 'q-multi', 'q-truth', 'q-num', 'q-match', 'q-order'];
  for (let m = 1; m <= modules; m++) {
    const name = `m${String(m).padStart(2, '0')}`;
    const sample = sampleQuiz();
    const questions = kinds.map((k, i) => ({ .../** @type {Question} */ (sample.questions.find((q) => q.id === k)), id: `${name}-q${i + 1}` }));
    quizzes.set(`${name}-quiz`, { ...sample, id: `${name}-quiz`, pools: [], questions: /** @type {Question[]} */ (questions) });
    const lessons = Array.from({ length: 6 }, (_, i) => `${name}-a-lesson-about-something-${i + 1}`);
    data.modules.push({ id: name, title: name, weight: 1, lessons, quiz: `${name}-quiz` });
  }
  return { data, quizzes };
}
