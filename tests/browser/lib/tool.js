// `ferry serve` on a folder of its own, with a small LMS registered: for the pages of teachers and administrators.
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CLIENT, startLms } from './lms.js';
import { ferry } from './packages.js';

/** @returns {Promise<number>} a port that was free a moment ago */
function freePort() {
  return new Promise((found) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => found(port));
    });
  });
}

/**
 * Starts both.
 * @param {import('./lms.js').Person[]} people
 * @param {{ known?: boolean, settings?: Record<string, string>, start?: typeof startLms }} [options] `known`: the LMS is registered already;
 * `start`: another LMS
 */
export async function startTool(people, { known = true, settings = {}, start = startLms } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'ferry-tool-'));
  const origin = `http://127.0.0.1:${await freePort()}`;
  const lms = await start(() => origin, people);
  const env = {
    ...process.env,
    FERRY_DATA_DIR: join(folder, 'data'),
    FERRY_LISTEN: new URL(origin).host,
    FERRY_ALLOW_HOSTS: lms.ports.map((port) => `localhost:${port}`).join(),
    FERRY_LOG: 'warn',
    ...settings,
  };
  const run = (/** @type {string[]} */ ...args) => execFileSync(ferry, args, { env, cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  const urls = ['auth', 'token', 'jwks'].flatMap((name) => [`--${name}-url`, `${lms.origin}/${name}`]);
  if (known) run('platform', 'add', '--issuer', lms.origin, '--client-id', CLIENT, '--name', 'Campus Moodle', '--family', 'moodle', ...urls);
  const child = spawn(ferry, ['serve'], { env, cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  child.stdout.on('data', (text) => { said += text; });
  child.stderr.on('data', (text) => { said += text; });
  const ended = new Promise((done) => child.on('exit', done));
  for (let n = 0; n < 300 && !(await fetch(`${origin}/readyz`).then((a) => a.ok, () => false)); n++) {
    if (child.exitCode !== null) throw new Error(`ferry did not start:\n${said}`);
    await new Promise((later) => setTimeout(later, 100));
  }
  return {
    origin,
    lms,
    log: () => said,
    /** A command beside the running server. */
    run,
    /** The address that a one-time link for administrators opens. */
    adminLink: () => readFileSync(run('admin', 'link'), 'utf8').trim(),
    /** A link by which this LMS registers itself. */
    registrationLink: () => readFileSync(run('platform', 'invite', '--site', lms.origin), 'utf8').trim(),
    /** Where somebody opens a link of the course in the LMS. */
    door: (sub, link, to = '', deployment = 'one') => `${lms.origin}/open?${new URLSearchParams({ as: sub, link, to, deployment })}`,
    /** The LMS's page where its administrator has pasted a registration link; `client` is the id that the LMS will give, `where` it opens us. */
    registering: (link, client, product, keys = '', where = 'frame') => {
      const configuration = `${lms.origin}/configuration?${new URLSearchParams({ client, product, keys })}`;
      const src = `${link}?${new URLSearchParams({ openid_configuration: configuration, registration_token: 'once' })}`;
      return `${lms.origin}/${where}?${new URLSearchParams({ src })}`;
    },
    stop: async () => {
      child.kill('SIGTERM');
      await ended;
      lms.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Somebody without a browser: launches, reads, hands in the quiz, all by the forms of the pages. */
export async function attend(tool, sub, link, to, { read = 0, quiz = '', pick = 0 }) {
  const jar = new Map();
  const ask = async (url, form) => {
    const from = url.startsWith(tool.origin) && !url.includes('/lti/') ? 'same-origin' : 'cross-site';
    const headers = { cookie: [...jar].map((pair) => pair.join('=')).join('; '), 'sec-fetch-site': from };
    const body = form && new URLSearchParams(form);
    const answer = await fetch(url, { method: body ? 'POST' : 'GET', body, headers, redirect: 'manual' });
    for (const line of answer.headers.getSetCookie()) jar.set(...line.split(';')[0].split(/=(.*)/s).slice(0, 2));
    const next = answer.headers.get('location');
    if (next) return ask(new URL(next, url).href);
    return { url, text: await answer.text() };
  };
  const field = (text, name) => text.match(new RegExp(`name="${name}" value="([^"]*)"`))[1];
  const form = await ask(tool.door(sub, link, to));
  const home = await ask(`${tool.origin}/lti/launch`, { id_token: field(form.text, 'id_token'), state: field(form.text, 'state') });
  const root = home.url.match(/^.*\/l\/[^/]+/)[0];
  const form_token = field(home.text, 'form_token');
  const lessons = [...new Set([...home.text.matchAll(/class="entry entry-lesson[^>]*data-entry="([^"]+)"/g)].map((m) => m[1]))];
  for (const lesson of lessons.slice(0, read)) await ask(`${root}/p/${lesson}/read`, { form_token });
  if (!quiz) return;
  const page = await ask(`${root}/quiz/${quiz}/start`, { form_token });
  const answers = new Map([['form_token', form_token]]);
  const groups = new Map();
  for (const [, name, value] of page.text.matchAll(/<input type="radio" name="([^"]+)" value="([^"]+)"/g)) groups.set(name, [...(groups.get(name) ?? []), value]);
  for (const [n, [name, values]] of [...groups].entries()) answers.set(name, values[(pick + n) % values.length]);
  await ask(page.text.match(/action="([^"]+\/submit)"/)[1].replace(/^\//, `${tool.origin}/`), [...answers]);
}
