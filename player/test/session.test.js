import assert from 'node:assert/strict';
import { test } from 'node:test';
import { variantIndex } from '../src/draw.js';
import { createSession } from '../src/session.js';
import { bigCourse, oneModule, rightAnswers, sampleQuiz, SEED_RANDOM } from './course.js';
/** @import { SessionEvent } from '../src/session.js' */
/** @import { NumericQuestion, PackageData, Quiz } from '../src/types.js' */

const quiz = sampleQuiz();
const PAGES = ['m', 'l1', 'l2', quiz.id];

/** @param {{ data?: PackageData, quizzes?: Map<string, Quiz>, pages?: string[], saved?: string }} [options] */
function open({ data = oneModule(), quizzes = new Map([[quiz.id, quiz]]), pages = PAGES, saved = '' } = {}) {
  const session = createSession({ data, quizzes, pages, saved, random: SEED_RANDOM });
  const events = /** @type {SessionEvent[]} */ ([]);
  session.listen((event) => events.push(event));
  return { session, events, types: () => events.map((e) => `${e.type} ${e.id}`) };
}

const right = (/** @type {string} */ seed) => rightAnswers(quiz, (q) => variantIndex(q.id, /** @type {NumericQuestion} */ (q).variants, seed));

test('a fresh module: nothing done, no score, no verdict', () => {
  const { session } = open();
  assert.deepEqual({ ...session.snapshot(), suspend: '' }, { place: null, suspend: '', score: null, success: null, complete: false, progress: 0, done: 0, total: 3 });
});

test('things are told once', () => {
  const { session, types } = open();
  session.visit('l1');
  session.visit('l1');
  session.read('l1');
  session.read('l1');
  session.read('no-such-lesson');
  assert.deepEqual(types(), ['visit l1', 'read l1']);
});

test('reading alone is not completion; passing makes it so', () => {
  const { session, types } = open();
  session.read('l1');
  session.read('l2');
  assert.equal(session.snapshot().complete, false);
  const seed = session.attempt(quiz.id)?.seed || '';
  const graded = session.submit(quiz.id, right(seed));
  assert.equal(graded?.result.score, 100);
  assert.deepEqual(types(), ['read l1', 'read l2', `submit ${quiz.id}`, 'complete m']);
  const { score, success, complete, progress } = session.snapshot();
  assert.deepEqual([score, success, complete, progress], [100, true, true, 1]);
});

test('progress is 1 only at the end', () => {
  const { session } = open();
  session.read('l1');
  assert.equal(session.snapshot().progress, 0.3333);
  session.read('l2');
  assert.equal(session.snapshot().progress, 0.6666);
});

test('attempts run out; then it is complete and failed, and no further attempt starts', () => {
  const { session } = open();
  session.read('l1');
  session.read('l2');
  for (let i = 0; i < 3; i++) {
    assert.equal(session.quiz(quiz.id).left, 3 - i);
    assert.ok(session.submit(quiz.id, {}));
  }
  const { score, success, complete } = session.snapshot();
  assert.deepEqual([score, success, complete], [0, false, true]);
  assert.equal(session.attempt(quiz.id), null);
  assert.equal(session.submit(quiz.id, right('x')), null);
  assert.equal(session.quiz(quiz.id).reveal, true);
});

test('the best attempt counts, or the last', () => {
  for (const [policy, wanted] of /** @type {const} */ ([['best', 100], ['last', 0]])) {
    const { session } = open({ quizzes: new Map([[quiz.id, { ...quiz, grade: policy }]]) });
    session.submit(quiz.id, right(session.attempt(quiz.id)?.seed || ''));
    session.submit(quiz.id, {});
    assert.equal(session.snapshot().score, wanted);
  }
});

test('leaving mid-quiz keeps the answers and the drawing', () => {
  const { session } = open();
  const seed = session.attempt(quiz.id)?.seed;
  session.answer(quiz.id, { 'q-single': 'a', 'q-num': '1,5' });
  session.visit(quiz.id);
  const back = open({ saved: session.snapshot().suspend }).session;
  assert.deepEqual(back.quiz(quiz.id).running, { seed, responses: { 'q-single': 'a', 'q-num': '1,5' } });
  assert.equal(back.state.place, quiz.id);
  assert.equal(back.note, 'exact');
});

test('the same answers twice are no event', () => {
  const { session, types } = open();
  session.answer(quiz.id, { 'q-single': 'a' });
  session.answer(quiz.id, { 'q-single': 'a' });
  assert.deepEqual(types(), [`answer ${quiz.id}`]);
});

test('what is not answered is listed by the number shown', () => {
  const { session } = open();
  const all = session.unanswered(quiz.id, {});
  assert.equal(all.length, 11);
  assert.deepEqual(all[0], { number: 1, id: 'q-single' });
  assert.equal(session.unanswered(quiz.id, { 'q-single': 'a', 'q-multi': [] }).length, 10);
});

test('a completed learner who comes back hears of no second completion', () => {
  const { session } = open();
  session.read('l1');
  session.read('l2');
  session.submit(quiz.id, right(session.attempt(quiz.id)?.seed || ''));
  const back = open({ saved: session.snapshot().suspend });
  back.session.visit('l1');
  back.session.submit(quiz.id, {});
  assert.ok(!back.types().some((t) => t.startsWith('complete')));
  assert.equal(back.session.snapshot().complete, true);
});

test('whole course: the weighted mean, an unattempted quiz counts 0, a verdict only at the end', () => {
  const { data, quizzes } = bigCourse(2);
  data.modules[0].weight = 3;
  const pages = data.modules.flatMap((m) => m.lessons);
  const { session } = open({ data, quizzes, pages });
  const [one, two] = [...quizzes.values()];
  const solve = (/** @type {Quiz} */ q) =>
    session.submit(q.id, rightAnswers(q, (x) => variantIndex(x.id, /** @type {NumericQuestion} */ (x).variants, session.attempt(q.id)?.seed || '')));
  assert.equal(session.snapshot().score, null);
  solve(one);
  assert.deepEqual([session.snapshot().score, session.snapshot().success], [75, null]);
  for (const page of pages) session.read(page);
  assert.equal(session.snapshot().complete, false);
  solve(two);
  const { score, success, complete } = session.snapshot();
  assert.deepEqual([score, success, complete], [100, true, true]);
});

test('a module without a quiz completes by reading and has no score', () => {
  const data = oneModule({ modules: [{ id: 'm', title: '', weight: 1, lessons: ['l1'], quiz: null }] });
  const { session, types } = open({ data, quizzes: new Map() });
  session.read('l1');
  assert.deepEqual(types(), ['read l1', 'complete m']);
  assert.deepEqual([session.snapshot().score, session.snapshot().success], [null, null]);
});
