// The whole product in small: a learner in the LMS's frame, a quiz scored by the server, the grade in the LMS's grade book.
// The LMS is at `localhost`, the tool at `127.0.0.1`: two sites, so that the tool's cookies are third-party ones, and they are blocked.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { violations } from './lib/axe.js';
import { eventually, launch } from './lib/browser.js';
import { keyboard, rightAnswers, shownStems } from './lib/learner.js';
import { quizzes, shippedPackages } from './lib/packages.js';
import { breakLms, grade, startTrial, visitActivity } from './lib/trial.js';

const ACTIVITY = 'foundations';
const QUIZ = 'foundations-quiz';
/** Seconds for a grade to travel and be looked up, on a busy machine. */
const PATIENCE = 60;

let browser, trial, key;
before(async () => {
  key = quizzes(shippedPackages().get('llm-fine-tuning-01-foundations-scorm12')).get(QUIZ);
  browser = await launch(['--test-third-party-cookie-phaseout']);
  trial = await startTrial();
});
after(async () => {
  await browser?.close();
  await trial?.stop();
});

const follow = async (frame, text) => {
  await frame.locator('a', { hasText: text }).first().click();
  await frame.waitForLoadState();
};
const press = (frame, name) => frame.locator('button:visible', { hasText: name }).first().click();

async function begin(frame) {
  await follow(frame, 'Module 1 quiz');
  await press(frame, /start/i);
  await frame.waitForSelector(`[data-quiz="${QUIZ}"] [data-question-item]`);
}

/** Answers by mouse: the choices only, all right. */
async function submitRight({ page, frame }) {
  await begin(frame);
  const hands = keyboard({ page, frame });
  const right = rightAnswers(key, await shownStems(frame, QUIZ));
  await frame.locator('main').click({ position: { x: 1, y: 1 } });
  for (const [id, response] of right) await hands.answer(key, id, response);
  await hands.tabTo('[data-submit]');
  await hands.press('Enter');
  await frame.waitForURL(/\/result\//);
}

test('a learner takes the quiz by keyboard and the grade arrives in the LMS', async () => {
  const context = await browser.newContext();
  const visit = await visitActivity(context, trial.lms, 'ada', ACTIVITY);
  await submitRight(visit);
  await eventually(async () => (await grade(visit.page, 'ada'))?.startsWith('100'), 'the grade in the LMS', PATIENCE);
  await eventually(async () => /✓ In the LMS/.test(await visit.frame.locator('main').innerText()), 'the receipt says so', PATIENCE);
  assert.deepEqual(visit.problems, []);
  await context.close();
});

test('no answer is in the page before it is given', async () => {
  const context = await browser.newContext();
  const { frame } = await visitActivity(context, trial.lms, 'ben', ACTIVITY);
  await begin(frame);
  const html = await frame.content();
  const whys = key.questions.flatMap((q) => [...(q.options ?? []).map((o) => o.why_html), q.why_html]).filter(Boolean);
  assert.ok(whys.length > 10);
  for (const why of whys) assert.ok(!html.includes(why.replace(/<[^>]+>/g, '').slice(0, 40)), why);
  assert.ok(!/"correct"|data-correct|quiz-key/.test(html));
  await context.close();
});

test('an LMS that refuses costs no grade: the receipt says it is safe, and it arrives later', async () => {
  const context = await browser.newContext();
  await breakLms(trial.lms, 'refuse');
  const visit = await visitActivity(context, trial.lms, 'chi', ACTIVITY);
  await submitRight(visit);
  await eventually(async () => /waiting|trying|again/i.test(await visit.frame.locator('main').innerText()), 'the receipt tells of the wait', PATIENCE);
  assert.equal(await grade(visit.page, 'chi'), '–');
  await breakLms(trial.lms, 'none');
  await eventually(async () => (await grade(visit.page, 'chi'))?.startsWith('100'), 'the grade in the LMS', PATIENCE);
  await context.close();
});

test('an expired launch opens nothing and says what to do', async () => {
  const context = await browser.newContext();
  await breakLms(trial.lms, 'expire-launch');
  const { frame } = await visitActivity(context, trial.lms, 'ada', ACTIVITY);
  await breakLms(trial.lms, 'none');
  const text = await frame.locator('body').innerText();
  assert.match(text, /reference/i);
  assert.doesNotMatch(frame.url(), /\/l\//);
  assert.deepEqual(await violations(frame), []);
  await context.close();
});

test('the teacher sees the class, and that the LMS has the grade', async () => {
  const context = await browser.newContext();
  const { frame } = await visitActivity(context, trial.lms, 'tom', ACTIVITY);
  const text = await frame.locator('main').innerText();
  assert.match(text, /Ada Lovelace/);
  assert.match(text, /In the LMS/i);
  await context.close();
});

for (const colorScheme of ['light', 'dark']) {
  for (const width of [480, 1440]) {
    test(`axe finds nothing in the frame, ${colorScheme}, ${width} px`, async () => {
      const context = await browser.newContext({ colorScheme, viewport: { width, height: 900 }, reducedMotion: 'reduce' });
      const learner = await visitActivity(context, trial.lms, 'ada', ACTIVITY);
      assert.deepEqual(await violations(learner.frame), [], 'module');
      assert.deepEqual(await violations(learner.page), [], 'the trial LMS');
      await learner.frame.goto(learner.frame.url().replace(/[^/]+$/, 'm01-what-training-is'));
      assert.deepEqual(await violations(learner.frame), [], 'lesson');
      await learner.frame.goto(learner.frame.url().replace(/[^/]+$/, QUIZ));
      assert.deepEqual(await violations(learner.frame), [], 'quiz');
      const whole = await visitActivity(context, trial.lms, 'ben', 'llm-fine-tuning');
      assert.deepEqual(await violations(whole.frame), [], 'course home');
      const teacher = await visitActivity(context, trial.lms, 'tom', ACTIVITY);
      assert.deepEqual(await violations(teacher.frame), [], 'class');
      await context.close();
    });
  }
}
