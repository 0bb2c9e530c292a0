import assert from 'node:assert/strict';
import { test } from 'node:test';
import { variantIndex } from '../src/draw.js';
import { DIALECT12, DIALECT2004, interactionsOf, plainDecimal } from '../src/interactions.js';
import { findApi } from '../src/scorm-api.js';
import { BURST, createScorm } from '../src/scorm.js';
import { decimal2, scorm12, timespan12 } from '../src/scorm12.js';
import { duration2004, scorm2004, timestamp2004 } from '../src/scorm2004.js';
import { createSession } from '../src/session.js';
import { oneModule, rightAnswers, sampleQuiz, SEED_RANDOM } from './course.js';
import { fakeApi12, fakeApi2004, fakeTimers } from './fakes.js';
/** @import { NumericQuestion, PackageData, Responses } from '../src/types.js' */

const quiz = sampleQuiz();
const right = (/** @type {string} */ seed) => rightAnswers(quiz, (q) => variantIndex(q.id, /** @type {NumericQuestion} */ (q).variants, seed));

const VERSIONS = /** @type {const} */ ([
  {
    name: 'SCORM 1.2',
    fake: fakeApi12,
    version: (/** @type {PackageData} */ d) => scorm12(d.status),
    status: 'cmi.core.lesson_status',
    exit: 'cmi.core.exit',
    raw: 'cmi.core.score.raw',
    location: 'cmi.core.lesson_location',
    time: 'cmi.core.session_time',
    response: 'student_response',
  },
  {
    name: 'SCORM 2004',
    fake: fakeApi2004,
    version: () => scorm2004(),
    status: 'cmi.completion_status',
    exit: 'cmi.exit',
    raw: 'cmi.score.raw',
    location: 'cmi.location',
    time: 'cmi.session_time',
    response: 'learner_response',
  },
]);

/**
 * A launch, wired as `main-package.js` does.
 * @param {typeof VERSIONS[number]} v
 * @param {ReturnType<typeof fakeApi12>} lms
 * @param {PackageData} [data]
 */
function launch(v, lms, data = oneModule()) {
  const timers = fakeTimers();
  const states = /** @type {string[]} */ ([]);
  const keeper = createScorm(v.version(data), lms.api, timers, (s) => states.push(s));
  const opened = keeper.start();
  const session = createSession({ data, quizzes: new Map([[quiz.id, quiz]]), pages: ['m', 'l1', 'l2', quiz.id], saved: opened?.saved || '', random: SEED_RANDOM });
  session.listen((event) => {
    if (event.type === 'submit') keeper.graded(event.graded);
    keeper.change(session.snapshot(), event.type === 'submit' || event.type === 'complete');
  });
  return { timers, states, keeper, opened, session };
}

for (const v of VERSIONS) {
  test(`${v.name}: the first launch is modest and sets exit and incomplete at once`, () => {
    const lms = v.fake();
    const { session, timers, states, opened } = launch(v, lms);
    assert.deepEqual(opened, { mode: 'normal', saved: '' });
    assert.equal(lms.data.get(v.exit), 'suspend');
    assert.equal(lms.data.get(v.status), 'incomplete');
    session.visit('l1');
    timers.pass(BURST);
    assert.ok(lms.count('get') <= 10, lms.log.join());
    assert.ok(lms.count('set') <= 5, lms.log.join());
    assert.equal(lms.count('commit'), 1);
    assert.ok(![...lms.data.keys()].some((k) => k.includes('score') || k.includes('success')));
    assert.deepEqual(lms.refusals, []);
    assert.equal(states.at(-1), 'saved');
  });

  test(`${v.name}: a burst is one commit, and what did not change is not written again`, () => {
    const lms = v.fake();
    const { session, timers } = launch(v, lms);
    timers.pass(BURST);
    lms.log.length = 0;
    session.visit('l1');
    session.read('l1');
    session.visit('l2');
    timers.pass(BURST);
    assert.equal(lms.count('commit'), 1);
    assert.equal(lms.count(`set ${v.location}`), 1);
    timers.pass(60000);
    assert.equal(lms.count('commit'), 1);
    assert.equal(lms.data.get(v.location), 'l2');
  });

  test(`${v.name}: a whole module, every kind of question, no value refused`, () => {
    const lms = v.fake();
    const { session, timers } = launch(v, lms);
    session.read('l1');
    session.submit(quiz.id, { 'q-single': 'a', 'q-multi': ['a', 'b', 'c'], 'q-num': 'about 2', 'q-text': 'a [b] {c} "η" 😀', 'q-match': { sft: 'c' } });
    timers.pass(BURST);
    assert.equal(lms.data.get(v.status), 'incomplete');
    assert.ok(Number(lms.data.get(v.raw)) < 70);
    const seed = session.attempt(quiz.id)?.seed || '';
    session.submit(quiz.id, right(seed));
    session.read('l2');
    timers.pass(BURST);
    assert.deepEqual(lms.refusals, []);
    assert.equal(lms.data.get(v.status), 'completed');
    assert.equal(lms.data.get(v.raw), '100');
    assert.equal(lms.data.get(v.raw.replace('raw', 'min')), '0');
    assert.equal(lms.data.get(v.raw.replace('raw', 'max')), '100');
    assert.equal(lms.data.get(v.exit), 'suspend');
    // 11 questions, one of them in two parts, twice.
    assert.equal([...lms.data.keys()].filter((k) => /interactions\.\d+\.id$/.test(k)).length, 24);
  });

  test(`${v.name}: a completed status comes at the very end only`, () => {
    const lms = v.fake();
    const { session, timers } = launch(v, lms);
    session.submit(quiz.id, right(session.attempt(quiz.id)?.seed || ''));
    session.read('l1');
    timers.pass(BURST);
    assert.equal(lms.data.get(v.status), 'incomplete');
    session.read('l2');
    timers.pass(BURST);
    assert.equal(lms.data.get(v.status), 'completed');
  });

  test(`${v.name}: review and browse write nothing`, () => {
    for (const mode of ['review', 'browse']) {
      const lms = v.fake({ mode });
      const { session, timers, states, keeper, opened } = launch(v, lms);
      assert.equal(opened?.mode, 'review');
      session.read('l1');
      session.submit(quiz.id, {});
      keeper.hide();
      timers.pass(60000);
      keeper.finish();
      assert.equal(lms.count('set') + lms.count('commit'), 0, lms.log.join());
      assert.equal(lms.count('finish'), 1);
      assert.deepEqual(states, ['review']);
    }
  });

  test(`${v.name}: closing the tab keeps everything and is done once`, () => {
    const lms = v.fake();
    const { session, timers, keeper } = launch(v, lms);
    session.visit('l1');
    session.read('l1');
    timers.pass(1234);
    session.answer(quiz.id, { 'q-single': 'b' });
    keeper.hide();
    keeper.finish();
    keeper.finish();
    keeper.hide();
    keeper.retry();
    assert.ok(lms.closed());
    assert.equal(lms.count('finish'), 1);
    assert.equal(lms.log.at(-1), 'finish');
    assert.ok(lms.saved().get(v.time));
    assert.equal(timers.waiting(), 0);
    lms.reopen();
    const again = launch(v, lms);
    assert.deepEqual([...again.session.state.read], ['l1']);
    assert.deepEqual(again.session.quiz(quiz.id).running?.responses, { 'q-single': 'b' });
    assert.deepEqual(lms.refusals, []);
  });

  test(`${v.name}: hiding the page leaves a time and a commit behind`, () => {
    const lms = v.fake();
    const { timers, keeper } = launch(v, lms);
    timers.pass(61000);
    keeper.hide();
    assert.match(String(lms.saved().get(v.time)), v.name === 'SCORM 1.2' ? /^0000:01:01\.00$/ : /^PT61S$/);
    assert.ok(!lms.closed());
  });

  test(`${v.name}: a finished activity stays finished when it is opened again`, () => {
    const lms = v.fake();
    lms.data.set(v.status, 'completed');
    const { session, timers } = launch(v, lms);
    session.visit('l1');
    session.submit(quiz.id, {});
    timers.pass(BURST);
    assert.equal(lms.data.get(v.status), 'completed');
  });

  test(`${v.name}: a dropped line keeps trying, less and less often, and loses nothing`, () => {
    const lms = v.fake();
    const { session, timers, states } = launch(v, lms);
    timers.pass(BURST);
    lms.control.down = true;
    session.read('l1');
    timers.pass(BURST);
    assert.equal(states.at(-1), 'kept');
    const before = lms.count('commit');
    timers.pass(60000);
    const tried = lms.count('commit') - before;
    assert.ok(tried >= 3 && tried <= 6, `${tried}`);
    lms.control.down = false;
    timers.pass(60000);
    assert.equal(states.at(-1), 'saved');
    assert.ok(lms.saved().get('cmi.suspend_data'));
  });

  test(`${v.name}: an API that throws is an API that is not there`, () => {
    const lms = v.fake();
    lms.control.throws = true;
    const { opened, states, session, keeper, timers } = launch(v, lms);
    assert.equal(opened, null);
    assert.deepEqual(states, ['off']);
    session.read('l1');
    timers.pass(1000);
    keeper.finish();
    lms.control.throws = false;
    const started = launch(v, lms);
    lms.control.throws = true;
    started.session.read('l1');
    started.timers.pass(BURST);
    assert.equal(started.states.at(-1), 'kept');
    started.keeper.finish();
  });

  test(`${v.name}: a value the LMS does not take is offered once`, () => {
    const lms = v.fake();
    lms.control.refuse.push(v.location);
    const { session, timers, states } = launch(v, lms);
    session.visit('l1');
    timers.pass(BURST);
    session.read('l1');
    timers.pass(BURST);
    assert.equal(lms.count(`set ${v.location}`), 1);
    assert.equal(states.at(-1), 'saved');
    assert.equal(lms.saved().get('cmi.suspend_data'), session.snapshot().suspend);
  });

  test(`${v.name}: an LMS without interactions still gets the score`, () => {
    const lms = v.fake();
    const get = v.name === 'SCORM 1.2' ? 'LMSGetValue' : 'GetValue';
    const real = lms.api[get];
    lms.api[get] = (/** @type {string} */ element) => (element === 'cmi.interactions._count' ? '' : /** @type {any} */ (real)(element));
    const { session, timers } = launch(v, lms);
    session.submit(quiz.id, {});
    timers.pass(BURST);
    assert.equal(lms.data.get(v.raw), '0');
    assert.ok(!lms.log.some((l) => l.startsWith('set cmi.interactions')));
  });
}

test('SCORM 1.2 can report passed and failed instead', () => {
  const [v] = VERSIONS;
  for (const [answers, wanted] of /** @type {[(seed: string) => Responses, string][]} */ ([[right, 'passed'], [() => ({}), 'failed']])) {
    const lms = v.fake();
    const { session, timers } = launch(v, lms, oneModule({ status: 'passed' }));
    session.read('l1');
    session.read('l2');
    timers.pass(BURST);
    assert.equal(lms.data.get(v.status), 'incomplete');
    for (let i = 0; i < 3; i++) session.submit(quiz.id, answers(session.attempt(quiz.id)?.seed || ''));
    timers.pass(BURST);
    assert.equal(lms.data.get(v.status), wanted);
  }
});

test('SCORM 1.2: lesson_mode is asked for only where it is there', () => {
  const lms = fakeApi12();
  const real = lms.api.LMSGetValue;
  lms.api.LMSGetValue = (/** @type {string} */ e) => (e === 'cmi.core._children' ? 'student_id,lesson_status,exit' : /** @type {any} */ (real)(e));
  launch(VERSIONS[0], lms);
  assert.ok(!lms.log.includes('get cmi.core.lesson_mode'));
});

test('SCORM 2004 reports success, scaled and progress', () => {
  const lms = fakeApi2004();
  const { session, timers } = launch(VERSIONS[1], lms);
  session.read('l1');
  session.submit(quiz.id, { 'q-single': 'b' });
  timers.pass(BURST);
  const raw = Number(lms.data.get('cmi.score.raw'));
  assert.equal(lms.data.get('cmi.success_status'), 'failed');
  assert.equal(Number(lms.data.get('cmi.score.scaled')), Math.floor(raw * 100 + 1e-6) / 10000);
  assert.equal(lms.data.get('cmi.progress_measure'), '0.3333');
  session.submit(quiz.id, right(session.attempt(quiz.id)?.seed || ''));
  session.read('l2');
  timers.pass(BURST);
  assert.equal(lms.data.get('cmi.success_status'), 'passed');
  assert.equal(lms.data.get('cmi.progress_measure'), '1');
  assert.equal(lms.data.get('cmi.score.scaled'), '1');
});

test('SCORM 2004: suspend data that was never set is not asked for', () => {
  const lms = fakeApi2004();
  launch(VERSIONS[1], lms);
  assert.ok(!lms.log.includes('get cmi.suspend_data'));
  assert.deepEqual(lms.refusals, []);
});

test('times as the standards write them', () => {
  assert.equal(timespan12(0), '0000:00:00.00');
  assert.equal(timespan12(3723456), '0001:02:03.45');
  assert.equal(timespan12(1e12), '9999:46:40.00');
  assert.equal(duration2004(2505), 'PT2.5S');
  assert.equal(duration2004(61239), 'PT61.23S');
  assert.equal(timestamp2004(new Date(Date.UTC(2026, 0, 2, 3, 4, 5, 678))), '2026-01-02T03:04:05.67Z');
  assert.equal(timestamp2004(new Date(Date.UTC(2026, 0, 2, 3, 4, 5, 0))), '2026-01-02T03:04:05.00Z');
  assert.equal(decimal2(66.666), '66.67');
  assert.equal(plainDecimal(1e-9), '0');
  assert.equal(plainDecimal(-0.5), '-0.5');
  assert.equal(plainDecimal(12345.678), '12345.678');
});

test('answers in the words of each standard', () => {
  const session = createSession({ data: oneModule(), quizzes: new Map([[quiz.id, quiz]]), pages: [], saved: '', random: SEED_RANDOM });
  const seed = session.attempt(quiz.id)?.seed || '';
  const answers = { ...right(seed), 'q-single': 'c', 'q-multi': ['a', 'e'], 'q-match': { rag: 'n' }, 'q-num': '7 000 000 000' };
  const graded = session.submit(quiz.id, answers);
  assert.ok(graded);
  const of = (/** @type {typeof DIALECT12} */ d) => new Map(interactionsOf(graded, d).map((i) => [i.id, `${i.type} ${i.response} ${i.patterns.join('|')} ${i.result}`]));
  const old = of(DIALECT12);
  const now = of(DIALECT2004);
  assert.equal(old.get('q-single'), 'choice c b wrong');
  assert.equal(now.get('q-single'), 'choice c b incorrect');
  assert.equal(old.get('q-multi'), 'choice {a,e} {a,c,d} wrong');
  assert.equal(now.get('q-multi'), 'choice a[,]e a[,]c[,]d incorrect');
  assert.equal(old.get('q-truth'), 'true-false t t correct');
  assert.equal(now.get('q-truth.reason'), 'choice a a correct');
  assert.equal(old.get('q-match'), 'matching b.c a.a,b.b,c.a wrong');
  assert.equal(now.get('q-match'), 'matching rag[.]n sft[.]w[,]rag[.]c[,]pt[.]w incorrect');
  assert.equal(old.get('q-order'), 'sequencing a,b,c,d a,b,c,d correct');
  assert.equal(now.get('q-order'), 'sequencing f[,]l[,]b[,]u f[,]l[,]b[,]u correct');
  assert.equal(now.get('q-text'), 'fill-in eta eta|η|learning rate correct');
  // LMSs read five digits before the point: a larger number goes as text.
  assert.match(now.get('q-num') || '', /^fill-in 7 000 000 000 /);
});

test('the API is found around us, in the opener, and past pages of other sites', () => {
  const api = { LMSInitialize: () => 'true' };
  const win = (/** @type {any} */ more) => {
    const w = /** @type {any} */ ({ opener: null, ...more });
    w.parent = more.parent || w;
    w.top = w.parent === w ? w : w.parent.top || w.parent;
    return w;
  };
  const lms = win({ API: api });
  assert.equal(findApi(win({ parent: win({ parent: lms }) }), 'API'), api);
  assert.equal(findApi(win({ opener: win({ parent: lms }) }), 'API'), api);
  assert.equal(findApi(win({ parent: win({ opener: lms }) }), 'API'), api);
  const foreign = win({ parent: lms });
  Object.defineProperty(foreign, 'API', { get() { throw new Error('SecurityError'); } });
  assert.equal(findApi(win({ parent: foreign }), 'API'), api);
  assert.equal(findApi(win({}), 'API'), null);
  assert.equal(findApi(lms, 'API_1484_11'), null);
});
