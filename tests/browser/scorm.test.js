// A learner's way through a package inside an LMS: scorm-again, both versions, headless Chromium.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { eventually, launch, open } from './lib/browser.js';
import { keyboard, rightAnswers, shownStems, wrongAnswers } from './lib/learner.js';
import { fixturePackages, quizzes, shippedPackages } from './lib/packages.js';
import { serve } from './lib/server.js';

const VERSIONS = {
  scorm12: { status: (cmi) => cmi.core.lesson_status, score: (cmi) => cmi.core.score, exit: (cmi) => cmi.core.exit, place: (cmi) => cmi.core.lesson_location },
  scorm2004: { status: (cmi) => cmi.completion_status, score: (cmi) => cmi.score, exit: (cmi) => cmi.exit, place: (cmi) => cmi.location },
};

let browser, context, lms, packages;
before(async () => {
  packages = new Map([...fixturePackages(), ...shippedPackages()]);
  browser = await launch();
  context = await browser.newContext({ reducedMotion: 'reduce' });
  lms = await serve(packages);
});
after(async () => {
  await browser?.close();
  lms?.close();
});

let learners = 0;
const newLearner = () => `ada${++learners}`;

/** Marks a lesson as read by its button. */
async function read(visit, lesson) {
  await visit.go(lesson);
  await visit.frame.click(`[data-page="${lesson}"] [data-go]`);
}

/** Answers the quiz that is shown and hands it in, all by keyboard. */
async function takeQuiz(visit, quiz, answers) {
  await visit.go(quiz.id);
  const keys = keyboard(visit);
  const stems = await shownStems(visit.frame, quiz.id);
  const wanted = answers === 'right' ? rightAnswers(quiz, stems) : wrongAnswers(quiz);
  await keys.tabTo('.skip, #outline a, [data-open]');
  for (const id of stems.keys()) await keys.answer(quiz, id, wanted.get(id));
  await keys.tabTo(`[data-quiz="${quiz.id}"] [data-submit]`);
  await keys.press('Enter');
  await visit.frame.waitForSelector(`[data-page="${quiz.id}"] [data-result-panel]`);
  await visit.settled();
}

for (const [version, look] of Object.entries(VERSIONS)) {
  const module = `browser-fixture-01-one-${version}`;
  const quiz = () => [...quizzes(packages.get(module)).values()][0];

  describe(version, () => {
    test('the first open says incomplete, suspend, and no score, in few calls', async () => {
      const visit = await open(context, lms, { version, name: `llm-fine-tuning-01-foundations-${version}`, learner: newLearner() });
      await visit.settled();
      const cmi = await visit.stored();
      assert.equal(look.status(cmi), 'incomplete');
      assert.equal(look.exit(cmi), 'suspend');
      assert.equal(look.score(cmi).raw, '');
      if (version === 'scorm2004') assert.equal(cmi.success_status, 'unknown');
      const calls = await visit.calls();
      const count = (kind) => calls.filter((call) => call.kind === kind).length;
      assert.deepEqual(await visit.refused(), []);
      assert.ok(count('get') <= 10 && count('set') <= 5 && count('commit') <= 1, JSON.stringify(calls));
      assert.deepEqual(visit.problems, []);
      await visit.close();
    });

    test('what was read and where one was come back, also after the tab is closed', async () => {
      const learner = newLearner();
      const first = await open(context, lms, { version, name: module, learner });
      await read(first, 'one-first');
      assert.equal(await first.place(), 'one-second');
      await first.close();
      await eventually(() => lms.kept.get(learner)?.log.some((call) => call.kind === 'finish'), 'the LMS hears of the end');
      const { log, state } = lms.kept.get(learner);
      // Chromium lets no closing page send a synchronous request, which is how scorm-again commits; its end is a beacon.
      assert.deepEqual(log.filter((call) => call.error !== '0' && call.kind !== 'commit'), []);
      assert.equal(log.at(-1).answer, 'true');
      assert.equal(log.at(-1).kind, 'finish');
      assert.ok(log.some((call) => /session_time/.test(call.element)), 'no session time');
      assert.equal(look.status(state.cmi), 'incomplete');
      assert.equal(look.exit(state.cmi), 'suspend');

      const second = await open(context, lms, { version, name: module, learner });
      assert.equal(await second.place(), 'one-second');
      assert.ok(await second.frame.$('[data-entry="one-first"].done'));
      assert.equal(await second.frame.$('[data-entry="one-second"].done'), null);
      if (version === 'scorm2004') assert.ok(Number((await second.stored()).progress_measure) > 0);
      await second.close();
    });

    test('a quiz taken by keyboard alone is scored, and each answer is recorded in the standard’s own form', async () => {
      const visit = await open(context, lms, { version, name: module, learner: newLearner() });
      await takeQuiz(visit, quiz(), 'right');
      const cmi = await visit.stored();
      const { raw, min, max } = look.score(cmi);
      assert.deepEqual([raw, min, max].map(Number), [100, 0, 100]);
      assert.deepEqual(await visit.refused(), []);
      const answers = Object.values(cmi.interactions);
      const types = answers.map((a) => a.type).sort();
      assert.deepEqual([...new Set(types)], ['choice', 'fill-in', 'matching', 'numeric', 'sequencing', 'true-false']);
      assert.ok(answers.every((a) => a.result === 'correct'), JSON.stringify(answers));
      assert.ok(answers.every((a) => (a.student_response ?? a.learner_response) !== ''), JSON.stringify(answers));
      assert.equal(look.status(cmi), 'incomplete', 'lessons are still unread');
      if (version === 'scorm2004') {
        assert.equal(Number(cmi.score.scaled), 1);
        assert.equal(cmi.success_status, 'passed');
        assert.ok(answers.every((a) => a.description && /\.\d\dZ$/.test(a.timestamp)), JSON.stringify(answers[0]));
      }
      const heading = await visit.frame.evaluate(() => document.activeElement.textContent);
      assert.match(heading, /Passed/);
      await visit.close();
    });

    test('complete is when every lesson is read and the quiz is passed, and it stays', async () => {
      const learner = newLearner();
      const visit = await open(context, lms, { version, name: module, learner });
      await read(visit, 'one-first');
      await read(visit, 'one-second');
      await visit.settled();
      assert.equal(look.status(await visit.stored()), 'incomplete');
      await takeQuiz(visit, quiz(), 'right');
      const cmi = await visit.stored();
      assert.equal(look.status(cmi), 'completed');
      assert.equal(look.exit(cmi), 'suspend');
      if (version === 'scorm2004') assert.deepEqual([cmi.success_status, Number(cmi.progress_measure)], ['passed', 1]);
      assert.deepEqual(await visit.refused(), []);
      await visit.close();
      await eventually(() => lms.kept.get(learner)?.log.some((call) => call.kind === 'finish'), 'the LMS hears of the end');
      assert.equal(look.status(lms.kept.get(learner).state.cmi), 'completed');
    });

    test('spent attempts complete it as well, and the best counts', async () => {
      const visit = await open(context, lms, { version, name: module, learner: newLearner() });
      await read(visit, 'one-first');
      await read(visit, 'one-second');
      await takeQuiz(visit, quiz(), 'wrong');
      assert.equal(Number(look.score(await visit.stored()).raw), 0);
      assert.equal(look.status(await visit.stored()), 'incomplete');
      await visit.frame.click('[data-result-panel] button');
      await takeQuiz(visit, quiz(), 'wrong');
      const cmi = await visit.stored();
      assert.equal(look.status(cmi), 'completed');
      if (version === 'scorm2004') assert.equal(cmi.success_status, 'failed');
      assert.equal(Object.keys(cmi.interactions).length, 16, 'seven questions, one with a reason, twice');
      assert.ok(Object.values(cmi.interactions).every((a) => ['wrong', 'incorrect'].includes(a.result)));
      assert.deepEqual(await visit.refused(), []);
      assert.equal(await visit.frame.evaluate(() => [...document.querySelectorAll('[data-result-panel] button')].length), 0);
      await visit.close();
    });

    test('leaving in the middle of a quiz keeps the answers and the draw', async () => {
      const learner = newLearner();
      const first = await open(context, lms, { version, name: module, learner });
      await first.go('one-quiz');
      const stems = await shownStems(first.frame, 'one-quiz');
      const order = await first.frame.evaluate(() => [...document.querySelectorAll('[data-question="q-single"] [data-option]')].map((o) => o.dataset.option));
      await first.frame.check('input[name="q-single"][value="b"]');
      await first.frame.fill('input[name="q-text"]', 'Äther, “ζ”');
      await first.close();
      const second = await open(context, lms, { version, name: module, learner });
      assert.equal(await second.place(), 'one-quiz');
      assert.ok(await second.frame.isChecked('input[name="q-single"][value="b"]'));
      assert.equal(await second.frame.inputValue('input[name="q-text"]'), 'Äther, “ζ”');
      assert.deepEqual(await shownStems(second.frame, 'one-quiz'), stems);
      assert.deepEqual(
        await second.frame.evaluate(() => [...document.querySelectorAll('[data-question="q-single"] [data-option]')].map((o) => o.dataset.option)),
        order,
      );
      await second.close();
    });

    for (const mode of ['review', 'browse']) {
      test(`in ${mode} mode nothing is written`, async () => {
        const learner = newLearner();
        const first = await open(context, lms, { version, name: module, learner });
        await takeQuiz(first, quiz(), 'right');
        await first.close();
        await eventually(() => lms.kept.get(learner)?.log.some((call) => call.kind === 'finish'), 'the end');
        const before = lms.kept.get(learner).log;
        const visit = await open(context, lms, { version, name: module, learner, mode });
        await read(visit, 'one-first');
        await visit.go('one-quiz');
        await visit.settled();
        const calls = await visit.calls();
        assert.deepEqual(calls.filter((call) => call.kind === 'set' || call.kind === 'commit'), []);
        assert.match(await visit.frame.textContent('[data-save]'), /Review/);
        await visit.close();
        await eventually(() => lms.kept.get(learner).log !== before, 'the LMS hears of the end');
        assert.deepEqual(lms.kept.get(learner).log.filter((call) => call.kind === 'set'), []);
      });
    }

    test('the whole course is one package, graded by weight', async () => {
      const name = `browser-fixture-course-${version}`;
      const visit = await open(context, lms, { version, name, learner: newLearner() });
      const all = quizzes(packages.get(name));
      await takeQuiz(visit, all.get('one-quiz'), 'right');
      assert.equal(Number(look.score(await visit.stored()).raw), 75);
      assert.equal(look.status(await visit.stored()), 'incomplete');
      for (const lesson of ['one-first', 'one-second', 'two-only']) await read(visit, lesson);
      await visit.go('two-quiz');
      await visit.frame.waitForSelector('[data-page="two-quiz"] [data-question]');
      assert.equal((await shownStems(visit.frame, 'two-quiz')).size, 2, 'one of the pool and the one outside');
      assert.deepEqual(await visit.refused(), []);
      await visit.close();
    });

    test('a line that drops is noticed, said, and made good', async () => {
      const visit = await open(context, lms, { version, name: module, learner: newLearner() });
      await visit.settled();
      await visit.page.evaluate(() => { window.down = true; });
      await read(visit, 'one-first');
      await eventually(async () => /retrying/.test(await visit.frame.textContent('[data-save]')), 'the learner is told');
      await visit.page.evaluate(() => { window.down = false; });
      await eventually(async () => /Saved/.test(await visit.frame.textContent('[data-save]')), 'it is saved in the end');
      assert.equal((await visit.calls()).at(-1).kind, 'commit');
      await visit.close();
    });

    test('4096 characters are enough for the longest answers', async () => {
      const name = `browser-fixture-course-${version}`;
      const learner = newLearner();
      const visit = await open(context, lms, { version, name, learner, limit: 4096 });
      await visit.go('one-quiz');
      for (const field of ['q-number', 'q-text']) await visit.frame.fill(`input[name="${field}"]`, 'ζ'.repeat(250));
      await visit.go('two-quiz');
      await visit.frame.evaluate(() => {
        const field = document.querySelector('[data-page="two-quiz"] input[data-text-field]');
        field.value = '\u{1F600}'.repeat(120);
        field.dispatchEvent(new Event('input', { bubbles: true }));
      });
      await visit.settled();
      assert.deepEqual(await visit.refused(), []);
      const saves = (await visit.calls()).filter((call) => call.kind === 'set' && call.element === 'cmi.suspend_data').map((call) => call.value);
      assert.ok(saves.length > 0 && saves.every((value) => value.length <= 4096), String(saves.map((value) => value.length)));
      assert.ok(saves.every((value) => /^[\x20-\x7e]*$/.test(value)), 'ASCII only');
      await visit.close();
    });
  });
}
