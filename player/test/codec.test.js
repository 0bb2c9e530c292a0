import assert from 'node:assert/strict';
import { test } from 'node:test';
import { codesFor, decodeState, emptyState, encodeState, SAVE_BUDGET, SAVE_LIMIT, stateTable } from '../src/codec.js';
import { variantIndex } from '../src/draw.js';
import { bigCourse, oneModule, rightAnswers, sampleQuiz } from './course.js';
/** @import { State, Table } from '../src/codec.js' */
/** @import { NumericQuestion, Responses } from '../src/types.js' */

const quiz = sampleQuiz();
const data = oneModule();
const table = stateTable(data, new Map([[quiz.id, quiz]]), ['m', 'l1', 'l2', 'n1', quiz.id]);
const full = rightAnswers(quiz, (q) => variantIndex(q.id, /** @type {NumericQuestion} */ (q).variants, 'k7q2z'));

/** @returns {State} */
function busy() {
  return {
    place: 'n1',
    read: new Set(['l1', 'l2']),
    quizzes: new Map([[quiz.id, { scores: [12.34, 100, 66.67], running: { seed: 'k7q2z', responses: full }, last: { seed: 'abcde', responses: { 'q-single': 'a' } } }]]),
  };
}

test('what is saved comes back exactly', () => {
  const { text, dropped } = encodeState(busy(), table);
  const { state, note } = decodeState(text, table);
  assert.equal(note, 'exact');
  assert.deepEqual(dropped, []);
  assert.equal(state.place, 'n1');
  assert.deepEqual([...state.read].sort(), ['l1', 'l2']);
  const back = state.quizzes.get(quiz.id);
  assert.deepEqual(back?.running, { seed: 'k7q2z', responses: full });
  assert.deepEqual(back?.last, { seed: 'abcde', responses: { 'q-single': 'a' } });
  // How many, the best and the last: all that any rule asks.
  assert.equal(back?.scores.length, 3);
  assert.equal(Math.max(...(back?.scores || [])), 100);
  assert.equal(back?.scores[2], 66.67);
});

test('a fresh learner has nothing, and nothing is short', () => {
  assert.deepEqual(decodeState('', table), { state: emptyState(), note: 'fresh' });
  assert.equal(encodeState(emptyState(), table).text.length, 9);
});

test('one attempt is best and last', () => {
  const state = busy();
  state.quizzes.set(quiz.id, { scores: [55.5], running: null, last: null });
  assert.deepEqual(decodeState(encodeState(state, table).text, table).state.quizzes.get(quiz.id)?.scores, [55.5]);
});

test('text of any script survives, and the save stays printable ASCII', () => {
  const state = busy();
  const odd = { 'q-text': 'η → "größe" 😀 % & <b>', 'q-num': '1,5 × 10^3', 'q-case': 'x'.repeat(250) };
  state.quizzes.set(quiz.id, { scores: [], running: { seed: 's', responses: odd }, last: null });
  const { text } = encodeState(state, table);
  assert.match(text, /^[\x21-\x7e]*$/);
  assert.deepEqual(decodeState(text, table).state.quizzes.get(quiz.id)?.running?.responses, odd);
});

test('damage is noticed and ignored', () => {
  const { text } = encodeState(busy(), table);
  for (const bad of [text.slice(0, -1), text.slice(0, 40), text.replace('L', 'M'), '2' + text.slice(1), 'viewed=1&score=3', '{"a":1}', text + 'x', '1', '1ZAAA']) {
    assert.deepEqual(decodeState(bad, table), { state: emptyState(), note: 'ignored' }, bad.slice(0, 20));
  }
});

test('a course that was published again finds what is still there', () => {
  const { text } = encodeState(busy(), table);
  const changed = sampleQuiz();
  changed.questions.reverse();
  changed.questions = changed.questions.filter((q) => q.id !== 'q-multi');
  const single = changed.questions.find((q) => q.id === 'q-single');
  if (single?.type === 'single') single.options.reverse();
  const matching = changed.questions.find((q) => q.id === 'q-match');
  if (matching?.type === 'matching') matching.left.pop();
  const order = changed.questions.find((q) => q.id === 'q-order');
  if (order?.type === 'ordering') order.items.push({ id: 'new', html: 'new' });
  const now = oneModule({ content: 'ffff0000', modules: [{ id: 'm', title: '', weight: 1, lessons: ['l0', 'l2', 'l9'], quiz: quiz.id }] });
  const { state, note } = decodeState(text, stateTable(now, new Map([[changed.id, changed]]), ['m', 'l0', 'l2', 'l9']));
  assert.equal(note, 'remapped');
  assert.equal(state.place, null);
  assert.deepEqual([...state.read], ['l2']);
  const running = state.quizzes.get(quiz.id)?.running;
  assert.equal(running?.seed, 'k7q2z');
  assert.equal(running?.responses['q-single'], 'b');
  assert.deepEqual(running?.responses['q-match'], { sft: 'w', rag: 'c' });
  assert.ok(!('q-multi' in (running?.responses || {})) && !('q-order' in (running?.responses || {})));
  assert.equal(state.quizzes.get(quiz.id)?.scores.length, 3);
});

test('another course is as good as none', () => {
  const { text } = encodeState(busy(), table);
  const { state } = decodeState(text, stateTable(oneModule({ modules: [] }), new Map(), []));
  assert.equal(state.read.size + state.quizzes.size, 0);
});

test('short names never clash', () => {
  const ids = Array.from({ length: 3000 }, (_, i) => `lesson-${i}`);
  const codes = codesFor(ids, 2);
  assert.equal(codes.byCode.size, 3000);
  for (const id of ids) assert.equal(codes.byCode.get(codes.byId.get(id) || ''), id);
});

/** @param {number} modules @param {Responses} typed */
function wholeCourse(modules, typed) {
  const { data: big, quizzes } = bigCourse(modules);
  const pages = big.modules.flatMap((m) => [...m.lessons, m.quiz || '']);
  const state = emptyState();
  state.place = pages[3];
  for (const m of big.modules) {
    for (const lesson of m.lessons) state.read.add(lesson);
    const key = /** @type {import('../src/types.js').Quiz} */ (quizzes.get(m.quiz || ''));
    const answers = { ...rightAnswers(key, () => 0), ...Object.fromEntries(Object.entries(typed).map(([k, v]) => [`${m.id}-${k}`, v])) };
    state.quizzes.set(key.id, { scores: [50, 83.33], running: { seed: 'k7q2z', responses: answers }, last: { seed: 'abcde', responses: answers } });
  }
  return { state, table: stateTable(big, quizzes, pages) };
}

test('84 lessons read, 14 quizzes graded and all 84 questions answered anew fit the budget', () => {
  const { state, table: big } = wholeCourse(14, {});
  for (const quiz of state.quizzes.values()) quiz.last = null;
  const { text, dropped } = encodeState(state, big);
  assert.deepEqual(dropped, []);
  assert.ok(text.length <= SAVE_BUDGET, `${text.length}`);
});

test('with every quiz running at once, looking back is given up first', () => {
  const { state, table: big } = wholeCourse(14, {});
  const { text, dropped } = encodeState(state, big);
  assert.ok(text.length <= SAVE_LIMIT, `${text.length}`);
  assert.equal(dropped.length, 14);
  assert.ok(dropped.every((name) => name.startsWith('last attempt of ')));
  const back = decodeState(text, big).state;
  assert.equal(back.read.size, 84);
  for (const [id, quiz] of state.quizzes) assert.deepEqual(back.quizzes.get(id)?.running, quiz.running);
});

test('then typed answers, then answers, then the place; scores and lessons stay', () => {
  const { state, table: big } = wholeCourse(14, { q4: '1'.repeat(250) });
  const first = encodeState(state, big);
  assert.ok(first.text.length <= SAVE_LIMIT);
  assert.deepEqual(first.dropped.slice(14), ['typed answers']);
  const tight = encodeState(state, big, 900);
  assert.ok(tight.text.length <= 900, `${tight.text.length}`);
  assert.deepEqual(tight.dropped.slice(14), ['typed answers', 'running answers']);
  const back = decodeState(tight.text, big).state;
  assert.equal(back.read.size, 84);
  assert.ok([...back.quizzes.values()].every((q) => q.scores.length === 2 && q.running?.seed === 'k7q2z'));
});

test('the hard limit holds whatever happens', () => {
  const { state, table: big } = wholeCourse(60, { q4: 'η'.repeat(250) });
  for (const limit of [4000, 2000, 700]) assert.ok(encodeState(state, big, limit).text.length <= Math.max(limit, 60 * 30), `${limit}`);
  assert.ok(encodeState(state, big).text.length <= SAVE_LIMIT);
});
