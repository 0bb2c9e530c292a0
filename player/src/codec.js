import { hash } from './hash.js';
import { isEmptyResponse } from './scoring.js';
/** @import { PackageData, Question, Quiz, Response, Responses } from './types.js' */

/**
 * The learner's state as one short ASCII text, for `suspend_data`.
 *
 *     1cccc            version, four digits of the content hash
 *     P ppp            place
 *     L nn (lll)*      lessons read
 *     Q qqq nn bbb ll  per quiz: attempts used, best and last score
 *     R qqq seed nn (answer)*  the running attempt      T … the last graded one, for looking back
 *     Z zzz            checksum
 *
 * Items are named by hashes of their stable ids, never by position: a course that was published again finds what is still there.
 * @typedef {{ seed: string, responses: Responses }} Attempt
 * @typedef {{ scores: number[], running: Attempt | null, last: Attempt | null }} QuizState
 * @typedef {{ place: string | null, read: Set<string>, quizzes: Map<string, QuizState> }} State
 * @typedef {{ byId: Map<string, string>, byCode: Map<string, string> }} Codes
 * @typedef {{ content: string, lessons: Codes, quizIds: Codes, pages: Codes, quizzes: Map<string, Quiz> }} Table
 */

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
export const SAVE_BUDGET = 1500;
export const SAVE_LIMIT = 4000;

/** @param {number} value @param {number} width */
function digits(value, width) {
  let out = '';
  for (let i = width - 1; i >= 0; i--) out += ALPHABET[(value >>> (6 * i)) & 63];
  return out;
}

/**
 * A short name for every id, unique within the list.
 * @param {string[]} ids
 * @param {number} width
 * @returns {Codes}
 */
export function codesFor(ids, width) {
  const byId = new Map();
  const byCode = new Map();
  const size = 2 ** (6 * width);
  for (const id of ids) {
    let code = digits(hash(id) % size, width);
    for (let n = 1; byCode.has(code); n++) code = digits(hash(`${id}~${n}`) % size, width);
    byId.set(id, code);
    byCode.set(code, id);
  }
  return { byId, byCode };
}

/**
 * @param {PackageData} data
 * @param {Map<string, Quiz>} quizzes
 * @param {string[]} pages
 * @returns {Table}
 */
export function stateTable(data, quizzes, pages) {
  return {
    content: (data.content + '0000').slice(0, 4),
    lessons: codesFor(data.modules.flatMap((m) => m.lessons), 3),
    quizIds: codesFor([...quizzes.keys()], 3),
    pages: codesFor(pages, 3),
    quizzes,
  };
}

/** @returns {State} */
export function emptyState() {
  return { place: null, read: new Set(), quizzes: new Map() };
}

/**
 * @param {Question} q
 * @returns {{ id: string }[]}
 */
function itemsOf(q) {
  if (q.type === 'matching') return [...q.left, ...q.right.filter((r) => !q.left.some((l) => l.id === r.id))];
  if (q.type === 'ordering') return q.items;
  return 'options' in q ? q.options : [];
}

/** @param {Question} q */
function itemCodes(q) {
  return codesFor(itemsOf(q).map((i) => i.id), 2);
}

/**
 * @param {Question} q
 * @param {Response} response
 * @returns {string | null}
 */
function encodeResponse(q, response) {
  const codes = itemCodes(q).byId;
  const list = (/** @type {(string | undefined)[]} */ parts, /** @type {number} */ each) => {
    const known = parts.filter((p) => p !== undefined && p.length === each);
    return digits(known.length, 1) + known.join('');
  };
  if (typeof response === 'string') {
    if (q.type === 'single') return codes.has(response) ? 's' + codes.get(response) : null;
    const text = encodeURIComponent(response).slice(0, 1500).replace(/%[0-9A-F]?$/, '');
    return 'x' + digits(text.length, 2) + text;
  }
  if (Array.isArray(response)) return (q.type === 'ordering' ? 'o' : 'm') + list(response.map((id) => codes.get(id)), 2);
  if (q.type === 'true-false') {
    const { value, reason } = /** @type {{ value: boolean, reason?: string }} */ (response);
    return 't' + (value ? '1' : '0') + ((reason && codes.get(reason)) || '..');
  }
  const pairs = Object.entries(/** @type {Record<string, string>} */ (response));
  return 'p' + list(pairs.map(([l, r]) => (codes.get(l) || '') + (codes.get(r) || '')), 4);
}

/** @param {Quiz} quiz @param {Attempt} attempt @param {(q: Question) => boolean} keep */
function encodeAttempt(quiz, attempt, keep) {
  const names = codesFor(quiz.questions.map((q) => q.id), 2).byId;
  const answers = [];
  for (const q of quiz.questions) {
    const response = attempt.responses[q.id];
    const text = !isEmptyResponse(response) && keep(q) ? encodeResponse(q, response) : null;
    if (text !== null) answers.push(names.get(q.id) + text);
  }
  const seed = attempt.seed.replace(/[^A-Za-z0-9_-]/g, '').slice(0, 40);
  return digits(seed.length, 1) + seed + digits(answers.length, 2) + answers.join('');
}

/**
 * @param {State} state
 * @param {Table} table
 * @param {number} [limit]
 * @returns {{ text: string, dropped: string[] }} `dropped` names what had no room, in the order it was given up
 */
export function encodeState(state, table, limit = SAVE_LIMIT) {
  const isTyped = (/** @type {Question} */ q) => q.type === 'text' || q.type === 'numeric';
  const build = (/** @type {{ last: Set<string>, typed: boolean, answers: boolean, place: boolean, lessons: number }} */ keep) => {
    let out = '1' + table.content;
    const place = keep.place && state.place !== null && table.pages.byId.get(state.place);
    if (place) out += 'P' + place;
    const read = [...state.read].map((id) => table.lessons.byId.get(id)).filter(Boolean).sort().slice(0, keep.lessons);
    if (read.length) out += 'L' + digits(read.length, 2) + read.join('');
    for (const [id, quiz] of state.quizzes) {
      const name = table.quizIds.byId.get(id);
      const key = table.quizzes.get(id);
      if (!name || !key) continue;
      if (quiz.scores.length) {
        const points = (/** @type {number} */ score) => digits(Math.round(score * 100), 3);
        out += 'Q' + name + digits(Math.min(4095, quiz.scores.length), 2) + points(Math.max(...quiz.scores)) + points(quiz.scores[quiz.scores.length - 1]);
      }
      if (quiz.running) out += 'R' + name + encodeAttempt(key, quiz.running, (q) => keep.answers && (keep.typed || !isTyped(q)));
      if (quiz.last && keep.last.has(id)) out += 'T' + name + encodeAttempt(key, quiz.last, () => true);
    }
    return out + 'Z' + digits(hash(out) % 262144, 3);
  };
  const looksBack = [...state.quizzes].filter(([, q]) => q.last).map(([id]) => id);
  const keep = { last: new Set(looksBack), typed: true, answers: true, place: true, lessons: 4095 };
  const dropped = /** @type {string[]} */ ([]);
  let text = build(keep);
  while (text.length > Math.min(SAVE_BUDGET, limit) && looksBack.length) {
    const id = /** @type {string} */ (looksBack.shift());
    keep.last.delete(id);
    dropped.push(`last attempt of ${id}`);
    text = build(keep);
  }
  for (const [field, name] of /** @type {const} */ ([['typed', 'typed answers'], ['answers', 'running answers'], ['place', 'place']])) {
    if (text.length <= limit) break;
    keep[field] = false;
    dropped.push(name);
    text = build(keep);
  }
  if (text.length > limit) {
    keep.lessons = Math.max(0, state.read.size - Math.ceil((text.length - limit) / 3));
    dropped.push('lessons');
    text = build(keep);
  }
  return { text, dropped };
}

/**
 * @param {string} text
 * @param {Table} table
 * @returns {{ state: State, note: 'fresh' | 'exact' | 'remapped' | 'ignored' }}
 */
export function decodeState(text, table) {
  if (!text) return { state: emptyState(), note: 'fresh' };
  const end = text.length - 4;
  if (text[0] !== '1' || text[end] !== 'Z' || digits(hash(text.slice(0, end)) % 262144, 3) !== text.slice(end + 1)) {
    return { state: emptyState(), note: 'ignored' };
  }
  try {
    return { state: parseState(text.slice(5, end), table), note: text.slice(1, 5) === table.content ? 'exact' : 'remapped' };
  } catch (damaged) {
    return { state: emptyState(), note: 'ignored' };
  }
}

/** @param {string} text @param {Table} table */
function parseState(text, table) {
  let at = 0;
  const take = (/** @type {number} */ n) => {
    if (at + n > text.length) throw new RangeError('short');
    at += n;
    return text.slice(at - n, at);
  };
  const number = (/** @type {number} */ width) => {
    let value = 0;
    for (const c of take(width)) {
      const digit = ALPHABET.indexOf(c);
      if (digit < 0) throw new RangeError(c);
      value = value * 64 + digit;
    }
    return value;
  };
  const state = emptyState();
  const quizState = (/** @type {string | undefined} */ id) => {
    const found = (id !== undefined && state.quizzes.get(id)) || { scores: [], running: null, last: null };
    if (id !== undefined) state.quizzes.set(id, found);
    return found;
  };
  while (at < text.length) {
    const tag = take(1);
    if (tag === 'P') state.place = table.pages.byCode.get(take(3)) || null;
    else if (tag === 'L') {
      for (let n = number(2); n > 0; n--) {
        const lesson = table.lessons.byCode.get(take(3));
        if (lesson !== undefined) state.read.add(lesson);
      }
    } else if (tag === 'Q') {
      const quiz = quizState(table.quizIds.byCode.get(take(3)));
      const used = number(2);
      const best = number(3) / 100;
      const last = number(3) / 100;
      // Enough for every rule: how many, the best and the last.
      quiz.scores = Array.from({ length: used }, (_, i) => (i === used - 1 ? last : i === 0 ? best : Math.min(best, last)));
    } else if (tag === 'R' || tag === 'T') {
      const id = table.quizIds.byCode.get(take(3));
      const quiz = quizState(id);
      const attempt = parseAttempt(id === undefined ? undefined : table.quizzes.get(id), take, number);
      if (tag === 'R') quiz.running = attempt;
      else quiz.last = attempt;
    } else throw new RangeError(tag);
  }
  return state;
}

/**
 * @param {Quiz | undefined} quiz
 * @param {(n: number) => string} take
 * @param {(width: number) => number} number
 * @returns {Attempt}
 */
function parseAttempt(quiz, take, number) {
  const seed = take(number(1));
  const responses = /** @type {Responses} */ ({});
  const names = codesFor(quiz ? quiz.questions.map((q) => q.id) : [], 2).byCode;
  for (let n = number(2); n > 0; n--) {
    const id = names.get(take(2));
    const q = quiz && quiz.questions.find((question) => question.id === id);
    const codes = q ? itemCodes(q).byCode : new Map();
    const known = (/** @type {(string | undefined)[]} */ list) => /** @type {string[]} */ (list.filter((x) => x !== undefined));
    const many = (/** @type {number} */ count) => known(Array.from({ length: count }, () => codes.get(take(2))));
    const tag = take(1);
    let fits = false;
    let response = /** @type {Response | undefined} */ (undefined);
    if (tag === 's') {
      response = codes.get(take(2));
      fits = q?.type === 'single';
    } else if (tag === 'x') {
      response = decodeURIComponent(take(number(2)));
      fits = q?.type === 'text' || q?.type === 'numeric';
    } else if (tag === 'm') {
      response = many(number(1));
      fits = q?.type === 'multiple';
    } else if (tag === 'o') {
      response = many(number(1));
      fits = q?.type === 'ordering' && response.length === q.items.length;
    } else if (tag === 't') {
      const value = take(1) === '1';
      const reason = codes.get(take(2));
      response = reason === undefined ? { value } : { value, reason };
      fits = q?.type === 'true-false';
    } else if (tag === 'p') {
      const pairs = /** @type {Record<string, string>} */ ({});
      for (let count = number(1); count > 0; count--) {
        const [left, right] = [codes.get(take(2)), codes.get(take(2))];
        if (left !== undefined && right !== undefined) pairs[left] = right;
      }
      response = pairs;
      fits = q?.type === 'matching';
    } else throw new RangeError(tag);
    if (fits && id !== undefined && response !== undefined && !isEmptyResponse(response)) responses[id] = response;
  }
  return { seed, responses };
}
