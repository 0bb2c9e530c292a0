// `ferry serve --trial` as a child, and a visit to an activity in the trial LMS's frame.
import { spawn } from 'node:child_process';
import { watch } from './browser.js';
import { ferry } from './packages.js';

/** Starts the trial on free ports. @returns {Promise<{ lms: string, log: () => string, stop: () => Promise<void> }>} */
export async function startTrial() {
  const child = spawn(ferry, ['serve', '--trial', '--listen', '127.0.0.1:0'], { env: { ...process.env, FERRY_LOG: 'warn' }, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  child.stdout.on('data', (text) => { said += text; });
  child.stderr.on('data', (text) => { said += text; });
  const ended = new Promise((done) => child.on('exit', done));
  for (let n = 0; n < 300 && !/Open the trial LMS: (\S+)/.test(said); n++) {
    if (child.exitCode !== null) throw new Error(`ferry did not start:\n${said}`);
    await new Promise((later) => setTimeout(later, 100));
  }
  const lms = said.match(/Open the trial LMS: (\S+?)\/?\s/)[1];
  return { lms, log: () => said, stop: async () => { child.kill('SIGTERM'); await ended; } };
}

/** Opens an activity as somebody and waits for the tool's page in the frame. */
export async function visitActivity(context, lms, person, activity) {
  const page = await context.newPage();
  const problems = watch(page);
  await page.goto(`${lms}/?as=${person}&open=${activity}`);
  const frame = await page.waitForSelector('iframe').then((element) => element.contentFrame());
  await frame.waitForSelector('main h1', { timeout: 15_000 });
  return { page, frame, problems };
}

/** What the LMS's own grade book shows for somebody, first column. */
export const grade = (page, person) =>
  page.evaluate((user) => document.querySelector(`#grades tr[data-user="${user}"] td`)?.textContent.trim(), person);

/** Breaks the LMS on purpose (`none` mends it). */
export async function breakLms(lms, fault) {
  const body = new URLSearchParams({ fault });
  const answer = await fetch(`${lms}/fault`, { method: 'POST', body, headers: { 'sec-fetch-site': 'same-origin', origin: lms }, redirect: 'manual' });
  if (answer.status !== 303) throw new Error(`the trial LMS answered ${answer.status}`);
}
