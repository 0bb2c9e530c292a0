// Dynamic Registration where LMSs open it: in a frame and in a window of its own, from a page of another site, in a browser without
// third-party cookies. What it asks for, what comes next in this LMS, and the message that closes it.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { violations } from './lib/axe.js';
import { eventually, launch, watch } from './lib/browser.js';
import { look } from './lib/look.js';
import { classOf } from './lib/people.js';
import { startTool } from './lib/tool.js';

const CLOSE = { subject: 'org.imsglobal.lti.close' };
/** What to press next, in the words of each LMS. */
const NEXT = { moodle: ['Next, in Moodle', 'Activate', 'Show in activity chooser'], canvas: ['Next, in Canvas', 'Developer Keys', 'By Client ID'] };

let browser, tool, context;
before(async () => {
  // One process for all sites, or Playwright loses sight of a frame that changes its process.
  const flags = ['--test-third-party-cookie-phaseout', '--disable-site-isolation-trials'];
  [browser, tool] = await Promise.all([launch(flags), startTool(classOf(1))]);
  context = await browser.newContext();
});
after(async () => {
  await browser?.close();
  await tool?.stop();
});

/** Presses the button; says what the page shows then, and that axe has nothing to say. */
async function register(page) {
  await page.waitForSelector('main h1');
  assert.match(await page.innerText('main'), /Nothing is registered until you press the button/);
  assert.deepEqual(await violations(page), []);
  await page.click('main button.primary');
  await page.waitForSelector('[data-close-frame]');
  assert.deepEqual(await violations(page), []);
  return page.innerText('main');
}

for (const product of ['moodle', 'canvas']) {
  test(`in a frame of ${product}'s page: it says what is next there, and closes when it is done`, async () => {
    const page = await context.newPage();
    const problems = watch(page);
    await page.goto(tool.registering(tool.registrationLink(), `framed-${product}`, product));
    const frame = await page.waitForSelector('iframe').then((element) => element.contentFrame());
    const said = await register(frame);
    for (const text of [...NEXT[product], `framed-${product}`]) assert.ok(said.includes(text), `${text}: ${said}`);
    assert.deepEqual(await page.evaluate(() => window.heard), [], 'not before somebody has read what is next');
    await frame.click('[data-close-frame]');
    await page.waitForSelector('iframe', { state: 'detached' });
    assert.deepEqual(await page.evaluate(() => window.heard), [{ from: tool.origin, says: CLOSE }]);
    assert.deepEqual(problems, []);
    await page.close();
  });
}

test('in a window of its own: the page that opened it hears that it is done', async () => {
  const opener = await context.newPage();
  await opener.goto(tool.registering(tool.registrationLink(), 'popped', 'moodle', '', 'popup'));
  const [page] = await Promise.all([opener.waitForEvent('popup'), opener.click('button')]);
  const problems = watch(page);
  const said = await register(page);
  for (const text of NEXT.moodle) assert.ok(said.includes(text), `${text}: ${said}`);
  await look(page, 'registration done, in a window of its own');
  assert.deepEqual(problems, []);
  const closed = page.waitForEvent('close');
  await page.click('[data-close-frame]');
  await closed;
  assert.deepEqual(await opener.evaluate(() => window.heard), [{ from: tool.origin, says: CLOSE }]);
  await opener.close();
});

test('an LMS that refuses is told of on the page, and the link still works', async () => {
  const once = tool.registrationLink();
  const page = await context.newPage();
  await page.goto(tool.registering(once, 'refused', 'moodle'));
  const frame = await page.waitForSelector('iframe').then((element) => element.contentFrame());
  await frame.click('main button.primary');
  await frame.waitForSelector('.reference');
  assert.deepEqual(await violations(frame), []);
  assert.equal(await frame.locator('[data-close-frame]:visible').count(), 0, 'nothing was done');
  await page.goto(tool.registering(once, 'second-try', 'moodle'));
  const again = await page.waitForSelector('iframe').then((element) => element.contentFrame());
  assert.ok((await register(again)).includes('second-try'));
  await eventually(async () => tool.run('platform', 'list').includes('second-try'), 'it is registered');
  await page.close();
});
