import { decodeState, encodeState, stateTable } from './codec.js';
import { attemptsLeft, courseGrade, moduleCompletion, moduleGrade, revealsKey } from './completion.js';
import { drawQuiz } from './draw.js';
import { isEmptyResponse, scoreAttempt } from './scoring.js';
/** @import { Attempt, QuizState } from './codec.js' */
/** @import { AttemptResult, ModuleData, PackageData, Policy, Quiz, Response, Responses } from './types.js' */

/**
 * What a learner does in a package, and what follows from it. Knows no standard, no page and no clock.
 * @typedef {object} Snapshot
 * @property {string | null} place
 * @property {string} suspend
 * @property {number | null} score 0 to 100; null before a graded attempt
 * @property {boolean | null} success
 * @property {boolean} complete
 * @property {number} progress 0 to 1; 1 only when complete
 * @property {number} done
 * @property {number} total
 * @typedef {{ quiz: Quiz, seed: string, responses: Responses, result: AttemptResult, number: number }} Graded
 * @typedef {{ type: 'visit' | 'read' | 'answer' | 'complete', id: string } | { type: 'submit', id: string, graded: Graded }} SessionEvent
 * @typedef {ReturnType<typeof createSession>} Session
 */

const NO_QUIZ = /** @type {Policy} */ ({ attempts: 0, pass_mark: 0, grade: 'best' });

/**
 * @param {object} options
 * @param {PackageData} options.data
 * @param {Map<string, Quiz>} options.quizzes
 * @param {string[]} options.pages
 * @param {string} options.saved what an earlier session left
 * @param {() => number} options.random 0 to 1
 */
export function createSession({ data, quizzes, pages, saved, random }) {
  const table = stateTable(data, quizzes, pages);
  const { state, note } = decodeState(saved, table);
  const listeners = /** @type {((event: SessionEvent) => void)[]} */ ([]);
  const lessons = new Set(data.modules.flatMap((m) => m.lessons));
  let wasComplete = standing().complete;

  /** @param {SessionEvent} event */
  function tell(event) {
    for (const listener of listeners) listener(event);
    if (!wasComplete && standing().complete) {
      wasComplete = true;
      for (const listener of listeners) listener({ type: 'complete', id: data.scope });
    }
  }

  /** @param {string} id @returns {QuizState} */
  function quizState(id) {
    const found = state.quizzes.get(id) || { scores: [], running: null, last: null };
    state.quizzes.set(id, found);
    return found;
  }

  /** @param {string} id */
  function key(id) {
    const quiz = quizzes.get(id);
    if (!quiz) throw new Error(`no quiz ${id}`);
    return quiz;
  }

  /** @param {ModuleData} module */
  function moduleStanding(module) {
    const quiz = module.quiz === null ? undefined : quizzes.get(module.quiz);
    const scores = (module.quiz !== null && state.quizzes.get(module.quiz)?.scores) || [];
    const policy = quiz || NO_QUIZ;
    const plain = quiz ? module : { ...module, quiz: null };
    return { ...moduleCompletion(plain, policy, state.read, scores), grade: quiz ? moduleGrade(policy.grade, scores) : null };
  }

  function standing() {
    const modules = data.modules.map((module) => ({ module, ...moduleStanding(module) }));
    const total = modules.reduce((sum, m) => sum + m.steps, 0);
    const missing = modules.reduce((sum, m) => sum + m.missing, 0);
    const graded = modules.filter((m) => m.module.quiz !== null && quizzes.has(m.module.quiz));
    const whole = modules.length > 1;
    const score = whole
      ? courseGrade(graded.map((m) => ({ weight: m.module.weight, grade: m.grade })))
      : modules.length ? modules[0].grade : null;
    const complete = missing === 0;
    let success = /** @type {boolean | null} */ (null);
    if (!whole) success = modules.length ? modules[0].passed : null;
    else if (complete && score !== null) success = score >= data.pass_mark;
    return { modules, total, done: total - missing, complete, score, success };
  }

  /** @returns {string} */
  function newSeed() {
    const letters = 'abcdefghijkmnpqrstuvwxyz23456789';
    return Array.from({ length: 5 }, () => letters[Math.floor(random() * letters.length) % letters.length]).join('');
  }

  return {
    note,
    state,
    standing,
    /** @param {(event: SessionEvent) => void} listener */
    listen(listener) {
      listeners.push(listener);
    },
    /** @param {string} page */
    visit(page) {
      if (state.place === page) return;
      state.place = page;
      tell({ type: 'visit', id: page });
    },
    /** @param {string} lesson */
    read(lesson) {
      if (!lessons.has(lesson) || state.read.has(lesson)) return;
      state.read.add(lesson);
      tell({ type: 'read', id: lesson });
    },
    /**
     * Where the learner stands in a quiz.
     * @param {string} id
     */
    quiz(id) {
      const quiz = key(id);
      const { scores, running, last } = quizState(id);
      const left = attemptsLeft(quiz, scores.length);
      const grade = moduleGrade(quiz.grade, scores);
      return { quiz, scores, running, last, left, grade, passed: grade !== null && grade >= quiz.pass_mark, reveal: revealsKey(quiz, scores) };
    },
    /**
     * The running attempt, or a new one; null when none is left.
     * @param {string} id
     * @returns {Attempt | null}
     */
    attempt(id) {
      const quiz = quizState(id);
      if (!quiz.running && attemptsLeft(key(id), quiz.scores.length) !== 0) quiz.running = { seed: newSeed(), responses: {} };
      return quiz.running;
    },
    /**
     * @param {string} id
     * @param {Responses} responses every answer of the attempt
     */
    answer(id, responses) {
      const attempt = this.attempt(id);
      if (!attempt || JSON.stringify(attempt.responses) === JSON.stringify(responses)) return;
      attempt.responses = responses;
      tell({ type: 'answer', id });
    },
    /**
     * Grades the running attempt.
     * @param {string} id
     * @param {Responses} responses
     * @returns {Graded | null}
     */
    submit(id, responses) {
      const attempt = this.attempt(id);
      if (!attempt) return null;
      const quiz = key(id);
      const mine = quizState(id);
      const result = scoreAttempt(quiz, attempt.seed, responses);
      mine.scores.push(result.score);
      mine.last = { seed: attempt.seed, responses };
      mine.running = null;
      const graded = { quiz, seed: attempt.seed, responses, result, number: mine.scores.length };
      tell({ type: 'submit', id, graded });
      return graded;
    },
    /** Questions without an answer, by the number shown.
     * @param {string} id
     * @param {Responses} responses
     */
    unanswered(id, responses) {
      const attempt = this.attempt(id);
      const asked = attempt ? drawQuiz(key(id), attempt.seed) : [];
      return asked.map((d, i) => ({ number: i + 1, id: d.question.id })).filter((d) => isEmptyResponse(/** @type {Response} */ (responses[d.id])));
    },
    /** @returns {Snapshot} */
    snapshot() {
      const { done, total, complete, score, success } = standing();
      const progress = complete ? 1 : Math.min(0.9999, Math.floor((10000 * done) / total) / 10000);
      return { place: state.place, suspend: encodeState(state, table).text, score, success, complete, progress, done, total };
    },
  };
}
