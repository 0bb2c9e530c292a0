// The pictures of docs/images, taken anew: `cargo build && node tests/browser/pictures.js`.
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { eventually, launch } from './lib/browser.js';
import { keyboard, rightAnswers, shownStems } from './lib/learner.js';
import { quizzes, shippedPackages } from './lib/packages.js';
import { startTool } from './lib/tool.js';
import { grade, startTrial, visitActivity } from './lib/trial.js';

const FOLDER = join(fileURLToPath(new URL('../../docs/images', import.meta.url)));
const picture = (name) => ({ path: join(FOLDER, `${name}.png`), animations: 'disabled' });

const browser = await launch(['--test-third-party-cookie-phaseout']);
try {
  await firstLook();
  await registering('moodle', 'Campus Moodle', 'fT3qkVbz9dWm2Yr', 'moodle.example.edu');
  await registering('canvas', 'Our school', '10000000000042', 'school.instructure.com');
} finally {
  await browser.close();
}

/** A learner's result in the trial LMS, with the grade arrived. */
async function firstLook() {
  const trial = await startTrial();
  const key = quizzes(shippedPackages().get('llm-fine-tuning-01-foundations-scorm12')).get('foundations-quiz');
  const context = await browser.newContext({ viewport: { width: 1280, height: 834 } });
  const { page, frame } = await visitActivity(context, trial.lms, 'ada', 'foundations');
  await frame.locator('a', { hasText: 'Module 1 quiz' }).first().click();
  await frame.locator('button:visible', { hasText: /start/i }).first().click();
  await frame.waitForSelector('[data-question-item]');
  const hands = keyboard({ page, frame });
  await frame.locator('main').click({ position: { x: 1, y: 1 } });
  for (const [id, answer] of rightAnswers(key, await shownStems(frame, 'foundations-quiz'))) await hands.answer(key, id, answer);
  await hands.tabTo('[data-submit]');
  await hands.press('Enter');
  await frame.waitForURL(/\/result\//);
  await eventually(async () => (await grade(page, 'ada'))?.startsWith('100'), 'the grade in the LMS', 60);
  await eventually(async () => /✓ In the LMS/.test(await frame.locator('main').innerText()), 'the receipt says so', 60);
  await frame.evaluate(() => window.scrollTo(0, 0));
  await page.evaluate(() => window.scrollTo(0, 0));
  await page.screenshot({ ...picture('first-look'), fullPage: true, clip: { x: 0, y: 0, width: 1280, height: 1040 } });
  await context.close();
  await trial.stop();
}

/** What an administrator sees here while an LMS is registered, with the host names that the guides use. */
async function registering(product, name, client, theirs) {
  const tool = await startTool([], { known: false });
  const context = await browser.newContext({ viewport: { width: 900, height: 640 } });
  const page = await context.newPage();
  const shoot = async (what) => {
    await page.evaluate(rename, [[tool.origin, 'https://courses.example.edu'], [tool.lms.origin, `https://${theirs}`], [new URL(tool.lms.origin).host, theirs]]);
    const height = await page.evaluate(() => Math.ceil(document.querySelector('main').lastElementChild.getBoundingClientRect().bottom + window.scrollY) + 32);
    await page.setViewportSize({ width: 900, height: Math.min(height, 1060) });
    await page.screenshot(picture(what));
    await page.setViewportSize({ width: 900, height: 640 });
  };
  const send = async (fields) => {
    for (const [field, text] of Object.entries(fields)) await page.fill(`main [name=${field}]`, text);
    await page.click('main form.form button.primary');
  };
  await page.goto(tool.adminLink());
  await page.waitForSelector('[name=again]');
  await send({ name: 'registrar', password: 'four random words here', again: 'four random words here' });
  await page.waitForURL(/\/admin$/);
  await page.goto(`${tool.origin}/admin/platforms/invite`);
  await send({ name, site: tool.lms.origin });
  await page.waitForSelector('#where');
  const link = await page.innerText('#link');
  if (product === 'moodle') await shoot('registration-link');
  await page.goto(new URL(tool.registering(link, client, product)).searchParams.get('src'));
  await shoot(`register-${product}`);
  await page.click('main button.primary');
  await page.waitForSelector('#client-id');
  // The page has no frame around it here, and so offers no way out of one.
  await page.evaluate(() => { document.querySelector('[data-close-frame]').hidden = false; });
  await shoot(`registered-${product}`);
  await page.goto(`${tool.origin}/admin/waiting`);
  if (product === 'moodle') await shoot('waiting');
  await page.goto(`${tool.origin}/admin/platforms/add/${product}`);
  await shoot(`by-hand-${product}`);
  await context.close();
  await tool.stop();
}

/** Runs in the page: other host names for this machine's. @param {[string, string][]} names */
function rename(names) {
  const renamed = (text) => names.reduce((now, [from, to]) => now.replaceAll(from, to), text);
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) walk.currentNode.data = renamed(walk.currentNode.data);
}
