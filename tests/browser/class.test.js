// A teacher's pages in a real browser: with nobody in the class, with sixty, with trouble; on a phone, on paper, by keyboard; in the
// reader's time zone.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { eventually, launch } from './lib/browser.js';
import { look } from './lib/look.js';
import { classOf } from './lib/people.js';
import { attend, startTool } from './lib/tool.js';

const MODULE = 'foundations';
const QUIZ = 'foundations-quiz';
const COURSE = 'llm-fine-tuning';

let browser, tool;
before(async () => {
  const people = classOf(60);
  [browser, tool] = await Promise.all([launch(), startTool(people)]);
  const queue = [...people.filter((p) => !p.teacher && !p.absent).entries()];
  const seat = async () => {
    for (let next = queue.shift(); next; next = queue.shift()) {
      const [n, { sub }] = next;
      await attend(tool, sub, MODULE, MODULE, { read: n % 3, quiz: n % 6 === 5 ? '' : QUIZ, pick: n });
      if (n < 9) await attend(tool, sub, 'whole', COURSE, { read: 3 * n, quiz: n % 2 ? QUIZ : '', pick: n });
    }
  };
  await Promise.all([seat(), seat(), seat(), seat()]);
});
after(async () => {
  await browser?.close();
  await tool?.stop();
});

async function visit(context, url) {
  const page = await context.newPage();
  await page.goto(url);
  await page.waitForSelector('main h1');
  return page;
}
const teacher = (context, link, to) => visit(context, tool.door('teacher', link, to));
const own = (page, rest) => page.goto(page.url().replace(/(\/l\/[^/]+\/).*/, `$1${rest}`));

test('the class and what belongs to it', async () => {
  const context = await browser.newContext();
  const page = await teacher(context, MODULE, MODULE);
  const whole = [/needs? you/, /edited in the LMS/, /have not opened it/, /not on the LMS's course list/];
  await eventually(async () => {
    const text = await page.reload().then(() => page.innerText('.page-top'));
    return whole.every((part) => part.test(text));
  }, 'grades that need somebody, and the course list', 30);
  for (const tag of ['not on the course list', 'suspended in the LMS', 'test student']) assert.ok(await page.locator('.tag', { hasText: tag }).count(), tag);
  await look(page, 'a class of sixty');
  await own(page, 'class?show=edited');
  await page.waitForSelector('.decide');
  await look(page, 'marks edited in the LMS');
  await page.click('tbody th a');
  await page.waitForSelector('.accounts');
  const tried = await page.innerText('[aria-labelledby=sends-title] tbody');
  assert.ok(/not sent/.test(tried) && !/given up|answer/i.test(tried), tried);
  await look(page, 'a learner whose mark was edited');
  await own(page, 'class?show=needs-you');
  await page.click('tbody th a');
  await page.waitForSelector('#attempts-title');
  await page.click('details.attempt summary');
  await look(page, 'a learner whose grade was refused');
  await own(page, 'class?find=nobody-is-called-this');
  await look(page, 'nobody fits');
  for (const path of ['choose', 'packages']) {
    await own(page, path);
    await look(page, `teacher ${path}`);
  }
  await look(await teacher(context, 'whole', COURSE), 'a class by modules');
  await look(await teacher(context, 'not chosen', ''), 'a link that opens nothing yet');
  await context.close();
});

test('the learner\'s receipt is in the zone of the reader, and names its zone where no script runs', async () => {
  const zone = 'Asia/Tokyo';
  const context = await browser.newContext({ timezoneId: zone });
  const page = await visit(context, tool.door('s1', MODULE, MODULE));
  await own(page, `p/${QUIZ}`);
  await look(page, 'a quiz with an attempt behind');
  const told = await page.locator('td time').evaluate((e) => ({ iso: e.getAttribute('datetime'), text: e.textContent, title: e.title }));
  const there = new Date(told.iso).toLocaleTimeString('en-GB', { timeZone: zone, hour: '2-digit', minute: '2-digit' });
  assert.ok(told.text.endsWith(`, ${there}`), told.text);
  assert.ok(told.title.endsWith(`(${zone})`), told.title);
  await page.click('th[scope=row] a');
  await page.waitForSelector('.road time');
  await look(page, 'receipt');
  assert.ok((await page.getAttribute('.road time', 'title')).endsWith(`(${zone})`));
  const plain = await browser.newContext({ javaScriptEnabled: false, storageState: await context.storageState() });
  const still = await plain.newPage();
  await still.goto(page.url());
  assert.match(await still.locator('.road time').first().innerText(), / UTC$/);
  await plain.close();
  await context.close();
});

test('the bar of a tool page takes two lines at most, at every width', async () => {
  const context = await browser.newContext();
  const page = await teacher(context, MODULE, MODULE);
  for (const width of [320, 360, 480, 640, 768, 930, 992, 1100, 1440]) {
    await page.setViewportSize({ width, height: 800 });
    const height = await page.evaluate(() => document.querySelector('.tool-bar').getBoundingClientRect().height);
    assert.ok(height <= (width < 992 ? (width < 360 ? 150 : 104) : 56), `${width} px: the bar is ${height} px high`);
  }
  await context.close();
});

test('at 200 % of a small window nothing is cut off', async () => {
  // A window of 1280 px at 200 % is 640 px wide in CSS, and 400 % of it 320 px (WCAG 1.4.10).
  const context = await browser.newContext();
  const page = await teacher(context, MODULE, MODULE);
  for (const width of [640, 320]) {
    await page.setViewportSize({ width, height: 400 });
    const [wide, window] = await page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]);
    assert.ok(wide <= window, `${wide} px wide in ${window}`);
  }
  await context.close();
});

test('by keyboard: `/` finds a learner, and each stop shows where one is', async () => {
  const context = await browser.newContext({ viewport: { width: 1100, height: 800 } });
  const page = await teacher(context, MODULE, MODULE);
  await page.keyboard.press('/');
  await page.keyboard.type('lovelace');
  const names = await page.locator('#class-rows tbody tr:visible').allInnerTexts();
  assert.ok(names.length > 0 && names.every((text) => /Lovelace/.test(text)), names.join());
  await page.keyboard.press('Control+A');
  await page.keyboard.press('Delete');
  await page.evaluate(() => { document.activeElement.blur(); window.scrollTo(0, 0); });
  const seen = new Set();
  for (let n = 0; n < 40; n++) {
    await page.keyboard.press('Tab');
    const stop = await page.evaluate(() => {
      const e = document.activeElement;
      const style = getComputedStyle(e);
      return { what: `${e.tagName} ${e.textContent.trim().slice(0, 20)}`, ring: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2 };
    });
    assert.ok(stop.ring, `no ring on ${stop.what}`);
    seen.add(stop.what);
  }
  assert.ok(seen.size > 30, `${seen.size} stops`);
  await context.close();
});

test('on paper a class fits the sheet, and dark readers print on white', async () => {
  const context = await browser.newContext({ colorScheme: 'dark', viewport: { width: 680, height: 960 } });
  const page = await teacher(context, MODULE, MODULE);
  await page.evaluate(() => document.documentElement.setAttribute('data-theme', 'dark'));
  await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
  const found = await page.evaluate(() => {
    const table = document.querySelector('#class-rows').getBoundingClientRect();
    const shown = (selector) => [...document.querySelectorAll(selector)].some((e) => e.checkVisibility());
    return { over: Math.round(table.right - document.documentElement.clientWidth), scheme: getComputedStyle(document.documentElement).colorScheme, tools: shown('.bar, .class-tools, .table-box .button') };
  });
  assert.deepEqual({ ...found, over: found.over > 0 }, { over: false, scheme: 'light', tools: false }, `${found.over} px over the edge`);
  await context.close();
});
