// The administrator's pages, the registration of an LMS in its own frame, and the pages for everybody, in a real browser: with nothing there
// yet, with a queue, with errors; on a phone and on a wide screen.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launch } from './lib/browser.js';
import { look } from './lib/look.js';
import { classOf } from './lib/people.js';
import { startTool } from './lib/tool.js';

let browser, tool, context, page;
before(async () => {
  [browser, tool] = await Promise.all([launch(), startTool(classOf(2))]);
  context = await browser.newContext();
  page = await context.newPage();
});
after(async () => {
  await browser?.close();
  await tool?.stop();
});

const admin = (path = '') => page.goto(`${tool.origin}/admin${path}`);
/** Sends the page's own form as it stands, whatever it requires. */
async function send(fields = {}) {
  for (const [name, text] of Object.entries(fields)) await page.fill(`main [name=${name}]`, text);
  await page.evaluate(() => document.querySelectorAll('[required]').forEach((field) => field.removeAttribute('required')));
  await page.click('main form.form button.primary');
}

test('pages for everybody', async () => {
  for (const [path, name] of [['/', 'front door'], ['/admin/sign-in', 'sign in'], ['/nowhere', 'no such page'], ['/packages?until=1&key=x', 'a link that is over']]) {
    await page.goto(tool.origin + path);
    await look(page, name);
  }
});

test('a one-time link makes an account', async () => {
  await page.goto(tool.adminLink());
  await page.waitForSelector('[name=again]');
  await send({ name: 'registrar', password: 'four random words here', again: 'four other words here' });
  await page.waitForSelector('#problems');
  await look(page, 'account, passwords that differ');
  await send({ password: 'four random words here', again: 'four random words here' });
  await page.waitForURL(`${tool.origin}/admin`);
  await look(page, 'platforms');
});

test('adding a platform by hand', async () => {
  for (const path of ['/platforms/add', '/platforms/add/moodle', '/platforms/add/canvas', '/platforms/add/v1p1', '/packages', '/platforms/invite', '/waiting']) {
    await admin(path);
    await look(page, `administration ${path}`);
  }
  await admin('/platforms/add/other');
  await send();
  const problems = await page.locator('#problems li').allInnerTexts();
  assert.ok(problems.length > 3 && new Set(problems).size === problems.length, 'each problem names its field');
  await look(page, 'a form with problems');
  await admin('/platforms/add/v1p1');
  await send({ name: 'Old campus' });
  await page.waitForSelector('#there');
  await look(page, 'key and secret of LTI 1.1');
  await page.click('a.button.primary');
  await page.waitForSelector('#deployments');
  await look(page, 'a platform of LTI 1.1');
});

/** Makes a registration link. */
async function invite(name) {
  await admin('/platforms/invite');
  await send({ name, site: tool.lms.origin });
  await page.waitForSelector('#where');
  return page.innerText('#link');
}

/** Opens it in the LMS's frame. */
async function register(link, client, product, keys) {
  const theirs = await context.newPage();
  await theirs.goto(tool.registering(link, client, product, keys));
  const frame = await theirs.waitForSelector('iframe').then((element) => element.contentFrame());
  await frame.waitForSelector('main h1');
  return { theirs, frame };
}

test('an LMS registers itself in its own frame and the administrator decides', async () => {
  const link = await invite('Campus Moodle, new');
  await look(page, 'a registration link');
  await page.goto(link);
  await look(page, 'a registration link opened by hand');

  const { theirs, frame } = await register(link, 'first', 'moodle');
  await look(theirs, 'registration, what it asks for', frame);
  await frame.click('main button.primary');
  await frame.waitForSelector('[data-close-frame]');
  await look(theirs, 'registration, done', frame);
  await frame.click('[data-close-frame]');
  await theirs.waitForSelector('iframe', { state: 'detached' });
  await theirs.close();

  const again = await register(await invite('The same again'), 'first', 'moodle', '-moved');
  await again.frame.click('main button.primary');
  await again.frame.waitForSelector('[data-close-frame]');
  await look(again.theirs, 'registration, once more', again.frame);
  await again.theirs.close();

  const canvas = await register(await invite('School'), 'second', 'canvas');
  await canvas.frame.click('main button.primary');
  await canvas.frame.waitForSelector('[data-close-frame]');
  await look(canvas.theirs, 'registration, done in Canvas', canvas.frame);
  await canvas.theirs.close();

  const refused = await register(await invite(''), 'refused', 'moodle');
  await refused.frame.click('main button.primary');
  await refused.frame.waitForSelector('.reference');
  await look(refused.theirs, 'registration, refused', refused.frame);
  await refused.theirs.close();
  const spent = await register(link, 'third', 'moodle');
  await look(spent.theirs, 'registration, the link was used', spent.frame);
  await spent.theirs.close();

  await admin('/platforms/invite');
  await look(page, 'registration links');
});

test('what waits, and one platform', async () => {
  const launched = await context.newPage();
  for (const [deployment, waits] of [['one', false], ['another of the same LMS', true]]) {
    await launched.goto(tool.door('teacher', 'foundations', 'foundations', deployment));
    await launched.waitForSelector('main h1');
    assert.equal(await launched.locator('.reference').count(), waits ? 1 : 0);
  }
  assert.equal(await launched.innerText('.notice .button'), 'Back to the LMS');
  await look(launched, 'a deployment that waits');
  const reference = await launched.innerText('.reference code');
  await launched.close();

  await admin('/waiting');
  assert.deepEqual(await page.locator('main h2').allInnerTexts(), ['Platforms that registered', 'Campus Moodle, new registered again', 'Deployments']);
  await look(page, 'the queue');
  await admin(`?reference=${reference}`);
  await look(page, 'platforms, and a launch found');
  for (const name of ['Campus Moodle', 'Campus Moodle, new']) {
    await admin();
    await page.locator('tbody th a', { hasText: new RegExp(`^${name}$`) }).click();
    await page.waitForSelector('#deployments');
    await page.evaluate(() => document.querySelectorAll('details').forEach((d) => { d.open = true; }));
    await look(page, `platform ${name}`);
  }
  await page.click('a.danger');
  await page.waitForSelector('#f-name');
  await page.fill('#f-name', 'something else');
  await page.click('main button.danger');
  await page.waitForSelector('#p-name');
  await look(page, 'remove');
});

test('what was done, and who has which key', async () => {
  await admin('/keys');
  assert.deepEqual(await page.locator('main tbody th a').allInnerTexts(), ['Campus Moodle'], 'who waits for approval asks for no key');
  await look(page, 'keys, nobody was asked');
  tool.run('keys', 'rotate');
  await admin('/keys');
  await look(page, 'keys, one retired');
  await page.click('nav >> text=Audit');
  await page.waitForSelector('tbody tr');
  assert.match(await page.innerText('main'), /command line[^]*registrar/);
  await look(page, 'audit');
  await admin('/audit?before=0');
  await look(page, 'audit, its end');
});
