// The packages under test, built once by the program: the fixture course in this folder, and the course that ships.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { unzip } from './zip.js';

const here = dirname(dirname(fileURLToPath(import.meta.url)));
const root = dirname(dirname(here));
export const ferry = join(process.env.CARGO_TARGET_DIR || join(root, 'target'), 'debug', 'ferry');

/** @typedef {{ name: string, files: Map<string, Buffer> }} Package */

/** @param {string[]} args @returns {Map<string, Package>} */
function build(args) {
  const out = mkdtempSync(join(tmpdir(), 'ferry-browser-'));
  try {
    execFileSync(ferry, ['build', '--quiet', '--out', out, ...args], { stdio: ['ignore', 'ignore', 'inherit'], cwd: out });
    const zips = readdirSync(out).filter((name) => name.endsWith('.zip'));
    return new Map(zips.map((name) => [name.replace('.zip', ''), { name, files: unzip(readFileSync(join(out, name))) }]));
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}

/** @param {Map<string, Package> | undefined} known @param {() => Map<string, Package>} make */
let fixture, shipped;
export const fixturePackages = () => (fixture ??= build(['--course', join(here, 'course')]));
export const shippedPackages = () => (shipped ??= build(['--module', 'foundations']));

/** The quizzes of a package, answers included, by id. @param {Package} pack */
export function quizzes(pack) {
  const html = pack.files.get('index.html').toString();
  const found = [...html.matchAll(/<script type="application\/json" data-quiz-key="([^"]+)">(.*?)<\/script>/gs)];
  return new Map(found.map(([, id, json]) => [id, JSON.parse(json)]));
}

/** Unpacks to a folder for `file://`. @param {Package} pack */
export function unpack(pack) {
  const out = mkdtempSync(join(tmpdir(), 'ferry-file-'));
  for (const [name, content] of pack.files) {
    mkdirSync(dirname(join(out, name)), { recursive: true });
    writeFileSync(join(out, name), content);
  }
  return out;
}
