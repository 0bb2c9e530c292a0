// Headless Chromium, and a learner's visit to a package inside the LMS page.
import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';

const BINARIES = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** @param {string[]} more flags */
export function launch(more = []) {
  const executablePath = BINARIES.find((path) => path && existsSync(path));
  if (!executablePath) throw new Error('no Chromium: install the package `chromium`, or name the program in CHROMIUM');
  return chromium.launch({ executablePath, headless: true, args: [...FLAGS, ...more] });
}

/**
 * Opens a package as the LMS does.
 * @param {import('playwright-core').BrowserContext} context
 * @param {{ origin: string }} lms
 * @param {{ version: string, name: string, learner: string, mode?: string, limit?: number }} options
 */
export async function open(context, lms, { version, name, learner, mode = 'normal', limit = 0 }) {
  const page = await context.newPage();
  const problems = watch(page);
  const query = new URLSearchParams({ version, package: name, learner, mode, limit: String(limit) });
  await page.goto(`${lms.origin}/lms/page?${query}`);
  const frame = await page.waitForSelector('#sco').then((element) => element.contentFrame());
  await frame.waitForSelector('[data-page][data-current]');
  const visit = {
    page,
    frame,
    problems,
    /** Every call so far. */
    calls: () => page.evaluate(() => window.calls),
    /** The LMS's view of the learner, now. */
    stored: async () => (await page.evaluate(() => window.stored())).cmi,
    /** Calls that the LMS did not take. */
    refused: async () => (await visit.calls()).filter((call) => call.error !== '0' || (call.kind !== 'get' && call.answer !== 'true')),
    /** The page shown. */
    place: () => frame.evaluate(() => document.querySelector('[data-page][data-current]').dataset.page),
    go: async (id) => {
      await frame.evaluate((hash) => { window.location.hash = hash; }, id);
      await frame.waitForSelector(`[data-page="${id}"][data-current]`);
    },
    /** Until the burst is over and the LMS has it. */
    settled: () => page.waitForTimeout(700),
    /** As a learner closes a tab: with unload handlers, without asking. */
    close: async () => {
      const gone = page.waitForEvent('close');
      await page.close({ runBeforeUnload: true });
      await gone;
    },
  };
  return visit;
}

/** Collects what a page complains about: errors, policy violations, failed requests. */
export function watch(page) {
  const problems = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || /Content.Security.Policy/i.test(message.text())) problems.push(message.text());
  });
  page.on('pageerror', (error) => problems.push(String(error)));
  page.on('requestfailed', (request) => {
    // A page that closes aborts what is on its way.
    if (!/ERR_ABORTED/.test(request.failure()?.errorText || '')) problems.push(`${request.url()} ${request.failure()?.errorText}`);
  });
  return problems;
}

/** Tries again until `check` holds or the seconds are over. */
export async function eventually(check, what, seconds = 5) {
  for (let n = 0; n < seconds * 10; n++) {
    if (await check()) return;
    await new Promise((later) => setTimeout(later, 100));
  }
  throw new Error(`never: ${what}`);
}
