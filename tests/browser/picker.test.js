// A teacher adds content from inside the LMS: by keyboard, without cookies in the frame, and without script; the links work.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { violations } from './lib/axe.js';
import { eventually, launch, watch } from './lib/browser.js';
import { keyboard } from './lib/learner.js';
import { startTrial, visitActivity } from './lib/trial.js';

let browser, trial;
before(async () => {
  browser = await launch(['--test-third-party-cookie-phaseout']);
  trial = await startTrial();
});
after(async () => {
  await browser?.close();
  await trial?.stop();
});

/** The LMS's page for adding content, with the picker in its frame. */
async function openPicker(context) {
  const page = await context.newPage();
  const problems = watch(page);
  await page.goto(`${trial.lms}/?as=tom&add=1`);
  const frame = await page.waitForSelector('iframe').then((element) => element.contentFrame());
  await frame.waitForSelector('main h1', { timeout: 20_000 });
  await frame.waitForURL(/\/pick$/);
  return { page, frame, problems };
}

const added = (page) => page.locator('nav.course li', { hasText: 'added' });
const says = (frame) => frame.locator('body').innerText();

test('a teacher finds, looks, chooses and adds by keyboard alone, and the links open', async () => {
  const context = await browser.newContext({ reducedMotion: 'reduce' });
  const { page, frame, problems } = await openPicker(context);
  const hands = keyboard({ page, frame });
  await hands.tabTo('.tree input');
  await hands.press('/');
  assert.ok(await hands.focused('#f-q'), 'a slash finds');
  await page.keyboard.type('what training');
  await eventually(async () => (await frame.locator('.tree-row:visible').count()) < 5, 'the tree shows what was found');
  await hands.press('Enter');
  assert.match(frame.url(), /\/pick$/, 'nothing is sent by searching');

  await hands.tabTo('button[value="m01-what-training-is"]');
  await hands.press('Enter');
  await frame.waitForSelector('#preview .prose');
  assert.ok(await hands.focused('#preview h2'), 'the focus is in the preview');
  assert.match(await frame.locator('#preview').innerText(), /What training is/);

  await hands.tabTo('input[value="m01-what-training-is"]');
  await hands.press('Space');
  await hands.tabTo('#f-q');
  await hands.press('Control+A');
  await page.keyboard.type('module 1 quiz');
  await eventually(async () => frame.locator('input[value="foundations-quiz"]').isVisible(), 'the quiz is found');
  await hands.tabTo('input[value="foundations-quiz"]');
  await hands.press('Space');
  assert.match(await frame.locator('[data-chosen]').innerText(), /^2 chosen: .*What training is.* and .*Module 1 quiz/);
  await hands.tabTo('.picker-foot button');
  await hands.press('Enter');

  await frame.waitForURL(/\/pick\/review/);
  assert.match(await frame.locator('.truth').innerText(), /^2 links, 1 graded: /);
  await hands.tabTo('[data-graded]');
  await hands.press('Space');
  assert.match(await frame.locator('.truth').innerText(), /^2 links, 0 graded: /);
  await hands.press('Space');
  await hands.tabTo('#f-attempts');
  await page.keyboard.type('1');
  await hands.tabTo('.form-end button');
  await hands.press('Enter');
  await eventually(async () => /2 links were added/.test(await says(frame)), 'the LMS took them', 20);
  assert.deepEqual(problems, []);

  const learner = await visitActivity(context, trial.lms, 'ada', 'added-2');
  assert.match(await learner.frame.locator('main').innerText(), /Module 1 quiz[\s\S]*1 attempt/);
  const lesson = await visitActivity(context, trial.lms, 'ada', 'added-1');
  assert.equal(await lesson.frame.locator('article[data-page]').getAttribute('data-page'), 'm01-what-training-is');
  await context.close();
});

test('the whole course is one gesture, also without script', async () => {
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto(`${trial.lms}/?as=tom&add=1`);
  const before = await added(page).count();
  const frame = await page.waitForSelector('iframe').then((element) => element.contentFrame());
  for (const next of [/\/auth\?/, /\/pick$/]) {
    await frame.locator('button', { hasText: /^Go on$/ }).click();
    await frame.waitForURL(next);
  }
  await frame.locator('button[name="all"]').click();
  await frame.waitForSelector('.link');
  const modules = await frame.locator('.link').count();
  assert.equal(modules, 15, 'fourteen modules and the exam');
  await frame.locator('.form-end button').click();
  await frame.locator('form[data-auto-post] button').click();
  await frame.waitForURL(/deep-link/);
  await page.reload();
  assert.equal(await added(page).count(), before + modules);
  await context.close();
});

test('leaving adds nothing', async () => {
  const context = await browser.newContext();
  const { page, frame } = await openPicker(context);
  const before = await added(page).count();
  await frame.locator('.tool-out button').click();
  await eventually(async () => /Nothing was added/.test(await says(frame)), 'the LMS was told', 20);
  await page.reload();
  assert.equal(await added(page).count(), before);
  await context.close();
});

test('a browser that keeps no cookies in frames gets its choice out', async () => {
  // As after a proof by Platform Storage: the tab holds the bearer, the cookie jar nothing. Any list of features replaces Playwright's own,
  // which switches the partitioned storage of frames off.
  const other = await launch(['--disable-features=Translate']);
  try {
    const context = await other.newContext();
    const { frame } = await openPicker(context);
    const launched = frame.url().match(/\/l\/(\w+)\//)[1];
    const [cookie] = (await context.cookies()).filter((c) => c.name === `__Host-ferry-${launched}`);
    await frame.evaluate(([key, bearer]) => sessionStorage.setItem(key, bearer), [`ferry-bearer-${launched}`, cookie.value]);
    await context.clearCookies();
    await frame.evaluate(() => window.location.reload());
    await frame.waitForSelector('script[src*="bearer.js"][data-page]', { state: 'attached' });
    await frame.locator('input[value="foundations"]').check();
    await frame.locator('.picker-foot button').click();
    await frame.waitForSelector('.picker-links');
    await frame.locator('.form-end button').click();
    await eventually(async () => /1 link was added/.test(await says(frame)), 'the LMS took it', 20);
  } finally {
    await other.close();
  }
});

for (const colorScheme of ['light', 'dark']) {
  for (const width of [360, 1440]) {
    // SHOTS=folder keeps pictures.
    test(`axe finds nothing in the picker, ${colorScheme}, ${width} px`, async () => {
      const context = await browser.newContext({ colorScheme, viewport: { width, height: 900 }, reducedMotion: 'reduce' });
      const { page, frame } = await openPicker(context);
      const shots = process.env.SHOTS;
      const shoot = async (name) => shots && page.screenshot({ path: `${shots}/picker-${name}-${colorScheme}-${width}.png`, fullPage: true });
      await shoot('choose');
      assert.deepEqual(await violations(frame), [], 'choosing');
      await frame.locator('summary').first().click();
      await frame.locator('button[value="m01-what-training-is"]').click();
      await frame.waitForSelector('#preview .prose');
      await shoot('preview');
      assert.deepEqual(await violations(frame), [], 'with a preview');
      await frame.locator('input[value="foundations-quiz"]').check();
      await frame.locator('input[value="m01-what-training-is"]').check();
      await frame.locator('.picker-foot button').click();
      await frame.waitForSelector('.picker-links');
      await shoot('review');
      assert.deepEqual(await violations(frame), [], 'what will be added');
      await frame.locator('#f-points').fill('0');
      await frame.locator('.form-end button').click();
      await frame.waitForSelector('#problems');
      await shoot('problems');
      assert.deepEqual(await violations(frame), [], 'with a problem');
      const wide = await frame.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth);
      assert.ok(wide, 'nothing sticks out');
      await context.close();
    });
  }
}
