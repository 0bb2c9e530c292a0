// The pages by themselves: accessible, readable without script or network, from a file as well as from a server.
import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { violations } from './lib/axe.js';
import { launch, open, watch } from './lib/browser.js';
import { rightAnswers, shownStems, wrongAnswers } from './lib/learner.js';
import { fixturePackages, quizzes, shippedPackages, unpack } from './lib/packages.js';
import { serve } from './lib/server.js';

const MODULE = 'browser-fixture-01-one-scorm12';
const SHIPPED = 'llm-fine-tuning-01-foundations-scorm12';

let browser, lms, packages;
before(async () => {
  packages = new Map([...fixturePackages(), ...shippedPackages()]);
  browser = await launch();
  lms = await serve(packages);
});
after(async () => {
  await browser?.close();
  lms?.close();
});

const pagesOf = (page) => page.evaluate(() => [...document.querySelectorAll('[data-page]')].map((p) => p.dataset.page));

for (const colorScheme of ['light', 'dark']) {
  for (const width of [360, 1280]) {
    test(`axe finds nothing on any page, ${colorScheme}, ${width} px`, async () => {
      const context = await browser.newContext({ colorScheme, viewport: { width, height: 800 }, reducedMotion: 'reduce' });
      for (const name of [MODULE, SHIPPED]) {
        const page = await context.newPage();
        const problems = watch(page);
        await page.goto(`${lms.origin}/package/${name}/index.html`);
        for (const id of await pagesOf(page)) {
          await page.evaluate((hash) => { window.location.hash = hash; }, id);
          await page.waitForSelector(`[data-page="${id}"][data-current]`);
          assert.deepEqual(await violations(page), [], `${name} #${id}`);
        }
        assert.deepEqual(problems, []);
        await page.close();
      }
      await context.close();
    });
  }

  test(`axe finds nothing on a result, right or wrong, ${colorScheme}`, async () => {
    const context = await browser.newContext({ colorScheme, reducedMotion: 'reduce' });
    const quiz = quizzes(packages.get(MODULE)).get('one-quiz');
    for (const right of [true, false]) {
      const page = await context.newPage();
      await page.goto(`${lms.origin}/package/${MODULE}/index.html#one-quiz`);
      await page.waitForSelector('[data-page="one-quiz"][data-current]');
      if (!right) await page.click('[data-result-panel] button');
      const answers = right ? rightAnswers(quiz, await shownStems(page, quiz.id)) : wrongAnswers(quiz);
      await page.check(`input[name="q-single"][value="${answers.get('q-single')}"]`);
      await page.check(`input[name="q-truth"][value="${answers.get('q-truth').value}"]`);
      await page.fill('input[name="q-text"]', answers.get('q-text'));
      await page.click('[data-submit]');
      if (!(await page.$('[data-result-panel]'))) await page.click('[data-submit]');
      await page.waitForSelector('[data-result-panel]');
      assert.deepEqual(await violations(page), []);
      await page.close();
    }
    await context.close();
  });
}

test('a package opens from a file, with nothing on the console and nothing fetched', async () => {
  for (const name of [SHIPPED, SHIPPED.replace('scorm12', 'scorm2004')]) {
    const folder = unpack(packages.get(name));
    try {
      const page = await (await browser.newContext()).newPage();
      const problems = watch(page);
      const asked = [];
      page.on('request', (request) => asked.push(request.url()));
      await page.goto(`file://${folder}/index.html`);
      await page.waitForSelector('[data-page][data-current]');
      for (const id of await pagesOf(page)) {
        await page.evaluate((hash) => { window.location.hash = hash; }, id);
        await page.waitForSelector(`[data-page="${id}"][data-current]`);
      }
      assert.match(await page.textContent('[data-save]'), /Preview/);
      assert.deepEqual(problems, []);
      assert.deepEqual(asked.filter((url) => !url.startsWith('file://') && !url.startsWith('data:')), []);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
});

test('without script every page stands in the document, readable, in order', async () => {
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto(`${lms.origin}/package/${MODULE}/index.html`);
  for (const heading of ['The first lesson', 'The second lesson', 'Quiz of every kind']) {
    assert.ok(await page.getByRole('heading', { name: heading, level: 1 }).isVisible(), heading);
  }
  assert.ok(await page.getByText('You can read everything without script').isVisible());
  await context.close();
});

test('links between pages work, and those to other modules say where the page is', async () => {
  const page = await (await browser.newContext()).newPage();
  await page.goto(`${lms.origin}/package/${MODULE}/index.html#one-first`);
  await page.click('[data-page="one-first"] .prose a[href="#one-second"]');
  await page.waitForSelector('[data-page="one-second"][data-current]');
  await page.click('[data-page="one-second"] .prose a[href="#one-first--a-table"]');
  await page.waitForSelector('[data-page="one-first"][data-current]');
  await page.click('[data-page="one-first"] .prose a[href="#elsewhere--two-only"]');
  await page.waitForSelector('[data-page="elsewhere"][data-current]');
  assert.match(await page.textContent('#elsewhere'), /The only lesson: module 2, Module with pools/);
  await page.goBack();
  await page.waitForSelector('[data-page="one-first"][data-current]');
  assert.equal(await page.title(), 'The first lesson · Module with everything');
});

test('a page is read after ten seconds with its end in sight, not before', async () => {
  const context = await browser.newContext({ viewport: { width: 1000, height: 700 } });
  const visit = await open(context, lms, { version: 'scorm12', name: MODULE, learner: 'reader' });
  await visit.go('one-second');
  await visit.frame.evaluate(() => document.querySelector('[data-page="one-second"] [data-foot]').scrollIntoView());
  await visit.page.waitForTimeout(3000);
  assert.equal(await visit.frame.$('[data-entry="one-second"].done'), null);
  await visit.frame.waitForSelector('[data-entry="one-second"].done', { timeout: 15000 });
  await context.close();
});

test('no page is wider than its window at 320 px', async () => {
  const context = await browser.newContext({ viewport: { width: 320, height: 640 } });
  const page = await context.newPage();
  for (const name of [MODULE, SHIPPED]) {
    await page.goto(`${lms.origin}/package/${name}/index.html`);
    for (const id of await pagesOf(page)) {
      await page.evaluate((hash) => { window.location.hash = hash; }, id);
      await page.waitForSelector(`[data-page="${id}"][data-current]`);
      const [wide, window] = await page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]);
      assert.ok(wide <= window, `${name} #${id} is ${wide} px wide in ${window}`);
    }
  }
  await context.close();
});
