// Launches in a frame whose browser keeps no third-party cookies: a partitioned cookie proves the browser, or the platform's storage
// does, or there is no session. The LMS is at `localhost`, the tool at `127.0.0.1`: two sites.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { after, before, describe, test } from 'node:test';
import { violations } from './lib/axe.js';
import { eventually, launch } from './lib/browser.js';
import { FORWARDING, cookieEater, openCourse, startStoring } from './lib/storing.js';
import { startTool } from './lib/tool.js';

const course = join(dirname(dirname(fileURLToPath(import.meta.url))), 'it', 'courses', 'tiny');
const PEOPLE = [{ sub: 'ada', name: 'Ada Lovelace' }, { sub: 'eve', name: 'Eve' }, { sub: 'tom', name: 'Tom', teacher: true }];
// Third-party cookies blocked. One process for all sites, or Playwright loses sight of a frame that changes its process often.
const FLAGS = ['--test-third-party-cookie-phaseout', '--disable-site-isolation-trials'];
const SESSION = /\/l\/\w+\//;

/** One whose tabs keep what a frame stores, by site of the page around it, as browsers do; Playwright's own Chromium does not. */
let browser, bare, tool, eater;
before(async () => {
  browser = await launch([...FLAGS, '--disable-features=Translate']);
  bare = await launch(FLAGS);
  tool = await startTool(PEOPLE, { settings: { FERRY_COURSE: course }, start: startStoring });
  eater = await cookieEater();
});
after(async () => {
  await browser?.close();
  await bare?.close();
  await tool?.stop();
  eater?.close();
});

const named = { storage: FORWARDING };
const own = { storage: '_parent' };
const withCookies = () => browser.newContext({ reducedMotion: 'reduce' });
const withoutCookies = () => browser.newContext({ reducedMotion: 'reduce', proxy: eater.proxy });
const says = (frame) => frame.locator('body').innerText();
const opened = ({ frame }) => frame.waitForURL(SESSION).then(() => frame.waitForSelector('main h1'));
const proofs = ({ asked }) => asked.filter((r) => r.url().endsWith('/lti/launch/proof')).length;

/** The page in the frame says no, by the words for a browser that was not recognised, and nobody is signed in. */
async function refused(visit, title = /Your browser could not be recognised/) {
  await visit.frame.locator('h1', { hasText: title }).waitFor({ timeout: 10_000 });
  const text = await says(visit.frame);
  assert.match(text, /in Moodle “Launch container: New window”, in Canvas “Load in a new tab”/);
  assert.match(text, /Reference [A-Z2-7]{5}-[A-Z2-7]{5}/);
  assert.doesNotMatch(visit.frame.url(), SESSION);
  const held = await visit.frame.evaluate(() => { try { return Object.keys(sessionStorage); } catch (none) { return []; } });
  assert.deepEqual(held, []);
  const cookies = (await visit.page.context().cookies()).map((c) => c.name).filter((n) => !n.startsWith('__Host-ferry-login-'));
  assert.deepEqual(cookies, [], 'no session');
  assert.deepEqual(await violations(visit.frame), []);
}

// Most of them wait for somebody who does not answer.
describe('a launch in a frame', { concurrency: 4 }, () => {
  for (const [name, storage] of [['a frame of its own', named], ['its own page', own]]) {
    test(`a partitioned cookie is proof enough where the platform keeps things in ${name}`, async () => {
      const context = await withCookies();
      const visit = await openCourse(context, tool, storage);
      await opened(visit);
      assert.equal(proofs(visit), 0, 'nobody was asked for the proof');
      assert.match(Object.keys(await visit.kept()).join(), /^lti_state_\w+/, 'the platform has it all the same');
      assert.ok((await context.cookies()).some((c) => /^__Host-ferry-\w+$/.test(c.name) && c.partitionKey), 'a partitioned session');
      assert.deepEqual([await visit.breaches(), await visit.overheard(), visit.problems], [[], [], []]);
      await context.close();
    });

    test(`without any cookie the proof comes back from ${name}`, async () => {
      const context = await withoutCookies();
      const visit = await openCourse(context, tool, storage);
      await opened(visit);
      assert.equal(proofs(visit), 1);
      assert.deepEqual([await visit.breaches(), await visit.overheard()], [[], []]);
      assert.deepEqual(await context.cookies(), []);
      await context.close();
    });
  }

  test('without any cookie a learner reads with pictures, takes the quiz and hands it in', async () => {
    const context = await withoutCookies();
    const visit = await openCourse(context, tool, { ...named, link: 'graded' });
    const { page, frame } = visit;
    await opened(visit);
    const [launched] = frame.url().match(SESSION);
    assert.deepEqual(await frame.evaluate(() => Object.keys(sessionStorage).filter((k) => k.includes('bearer'))), [`ferry-bearer-${launched.split('/')[2]}`]);
    assert.deepEqual(await violations(frame), [], 'module');

    await frame.locator('[data-continue]').click();
    await frame.waitForURL(/\/p\/first/);
    await frame.waitForSelector('[data-page="first"] img');
    const images = () => frame.evaluate(() => [...document.querySelectorAll('main img')].map((i) => i.complete && i.naturalWidth > 0));
    await eventually(async () => (await images()).every(Boolean), 'every picture is there');
    assert.equal((await images()).length, 2);
    assert.deepEqual(await violations(frame), [], 'lesson');

    await frame.locator('[data-read-form] button').click();
    await eventually(async () => !/\/p\/first$/.test(frame.url()), 'the lesson is read');
    await page.evaluate(() => window.history.back());
    await frame.waitForSelector('[data-page="first"] img');
    await frame.goto(frame.url().replace(/\/l\/.*/, `${launched}p/one-quiz`));
    await frame.locator('button:visible', { hasText: /start/i }).click();
    await frame.locator('input[type="radio"][value="a"]').check();
    await frame.locator('input[name="q2"]').fill('2');
    await frame.locator('[data-submit]').click();
    await frame.waitForURL(/\/result\//);
    assert.match(await says(frame), /100/);
    assert.deepEqual(await violations(frame), [], 'result');
    await eventually(() => tool.lms.scores.get('graded/ada') === 100, 'the grade in the LMS', 30);

    await frame.locator('button', { hasText: 'End this session' }).click();
    await frame.locator('h1', { hasText: 'You have left the course' }).waitFor();
    const gone = visit.asked.map((r) => new URL(r.url())).filter((u) => /bearer|token/i.test(u.search + u.pathname) && !u.pathname.endsWith('/bearer.js'));
    assert.deepEqual(gone.map(String), [], 'no address ever held the bearer');
    await context.close();
  });

  test('without any cookie a teacher downloads the class and the packages', async () => {
    const context = await withoutCookies();
    const visit = await openCourse(context, tool, { ...named, as: 'tom', link: 'taught' });
    const { page, frame } = visit;
    await opened(visit);
    const download = async (link) => {
      const [file] = await Promise.all([page.waitForEvent('download'), link.click()]);
      return [file.suggestedFilename(), readFileSync(await file.path())];
    };
    const [csv, rows] = await download(frame.locator('a', { hasText: 'Download CSV' }));
    assert.equal(csv, 'class.csv');
    assert.match(rows.toString(), /Learner,Email/);
    await frame.locator('nav a', { hasText: 'Packages' }).click();
    const [zip, bytes] = await download(frame.locator('a[download]').first());
    assert.match(zip, /^tiny.*\.zip$/);
    assert.equal(bytes.subarray(0, 2).toString(), 'PK');
    assert.match(frame.url(), /\/packages$/, 'the page stays');
    await context.close();
  });

  test('a school that was never seen before launches like the others', async () => {
    const context = await withoutCookies();
    await opened(await openCourse(context, tool, named));
    await opened(await openCourse(context, tool, { ...named, at: tool.lms.strange }));
    await context.close();
  });

  const NEITHER = 'neither storage nor cookie: the page tells how to relaunch';
  test(`${NEITHER}, where the platform has no storage`, async () => {
    const context = await withoutCookies();
    const visit = await openCourse(context, tool);
    await refused(visit);
    assert.equal(await visit.frame.locator('a', { hasText: 'Back to the LMS' }).count(), 1);
    await context.close();
  });
  for (const mode of ['silent', 'full']) {
    test(`${NEITHER}, where the platform's storage is ${mode}`, async () => {
      const context = await withoutCookies();
      await refused(await openCourse(context, tool, { ...named, mode }));
      await context.close();
    });
  }
  test(`${NEITHER}, where the tab keeps nothing either`, async () => {
    const context = await bare.newContext({ proxy: eater.proxy });
    const visit = await openCourse(context, tool, named);
    await refused(visit, /Your browser keeps nothing for this page/);
    assert.equal(proofs(visit), 1);
    await context.close();
  });

  test('a storage that is out of order costs nobody a launch whose cookie is kept', async () => {
    for (const mode of ['silent', 'full']) {
      const context = await withCookies();
      await opened(await openCourse(context, tool, { ...named, mode }));
      await context.close();
    }
  });

  test('the state of another browser opens nothing, whatever is in this one', async () => {
    const [hers, ours] = [await withoutCookies(), await withoutCookies()];
    const attacker = await openCourse(hers, tool, { ...named, as: 'eve', wait: 'wait' });
    await attacker.frame.waitForSelector('form button');
    const fields = await attacker.frame.evaluate(() => Object.fromEntries(new FormData(document.forms[0])));
    // The victim has a login of their own under way, in the same page.
    const victim = await openCourse(ours, tool, { ...named, wait: 'wait' });
    await victim.frame.waitForSelector('form button');
    await victim.frame.evaluate((theirs) => {
      for (const [name, value] of Object.entries(theirs)) document.forms[0].elements.namedItem(name).value = value;
      document.forms[0].submit();
    }, fields);
    await refused(victim);
    assert.equal(proofs(victim), 1, 'the platform was asked');
    // What the attacker began is still hers to finish.
    await attacker.frame.locator('button').click();
    await opened(attacker);
    const [value] = Object.values(await attacker.kept());
    const other = await openCourse(ours, tool, { ...named, mode: 'other', value });
    await refused(other);
    await Promise.all([hers.close(), ours.close()]);
  });

  test('a right answer from another window of the platform is not heard', async () => {
    const context = await withoutCookies();
    const visit = await openCourse(context, tool, { ...named, mode: 'beside' });
    await refused(visit);
    assert.equal(Object.keys(await visit.kept()).length, 1, 'it was kept');
    await context.close();
  });

  test('a right answer from a frame of the right name and the wrong origin is not heard', async () => {
    const context = await withoutCookies();
    const login = context.waitForEvent('response', (r) => r.url().includes('/lti/login')).then((r) => r.text());
    const visit = await openCourse(context, tool, { ...named, keeper: 'stranger', wait: 'wait' });
    const [key, value] = ['key', 'value'].map((name) => new RegExp(`data-${name}="([^"]+)"`));
    const html = await login;
    await visit.frame.waitForSelector('form button');
    assert.deepEqual(await visit.kept(), {}, 'it was told nothing');
    await visit.storage().evaluate((answer) => setInterval(() => parent.frames[2].postMessage(answer, '*'), 50), {
      subject: 'lti.get_data.response', message_id: `${html.match(key)[1]}_get`, key: html.match(key)[1], value: html.match(value)[1],
    });
    await visit.frame.locator('form button').click();
    await refused(visit);
    await context.close();
  });

  test('a page that is not the platform is told nothing', async () => {
    const context = await withoutCookies();
    const visit = await openCourse(context, tool, { ...own, at: tool.lms.strange });
    await refused(visit);
    assert.deepEqual(await visit.kept(), {});
    await context.close();
  });

  test('without script our pages lead on, or tell what is missing', async () => {
    for (const [options, cookies] of [[{}, true], [{ proxy: eater.proxy }, false]]) {
      const context = await browser.newContext({ javaScriptEnabled: false, ...options });
      const visit = await openCourse(context, tool, { ...named, plain: '1' });
      await visit.frame.locator('a', { hasText: 'Go on' }).click();
      await visit.frame.locator('form button', { hasText: 'Go on' }).click();
      if (cookies) await opened(visit);
      else await eventually(async () => /so it needs JavaScript to go on/.test(await says(visit.frame)), 'the page tells what is missing');
      await context.close();
    }
  });
});
