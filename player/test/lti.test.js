import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLti } from '../src/lti.js';
import { createPreview } from '../src/preview.js';
import { fakeTimers } from './fakes.js';

const settle = () => new Promise((resolve) => setImmediate(resolve));

/** @param {(number | 'drop')[]} answers what the server says, in order; then 200 @param {Record<string, string>} [kept] */
function page(answers, kept = {}) {
  const timers = fakeTimers();
  const states = /** @type {string[]} */ ([]);
  const sent = /** @type {{ url: string, body: any, headers: any, keepalive: boolean | undefined }[]} */ ([]);
  const answered = /** @type {any[]} */ ([]);
  const storage = {
    getItem: (/** @type {string} */ k) => kept[k] ?? null,
    setItem: (/** @type {string} */ k, /** @type {string} */ v) => void (kept[k] = v),
    removeItem: (/** @type {string} */ k) => void delete kept[k],
  };
  const queue = createLti({
    token: 'secret',
    send: async (url, init) => {
      sent.push({ url, body: JSON.parse(String(init.body)), headers: init.headers, keepalive: init.keepalive });
      const status = answers.shift() ?? 200;
      if (status === 'drop') throw new TypeError('network');
      return { ok: status < 300, status, json: async () => ({ done: 1, total: 3 }) };
    },
    storage,
    key: 'q',
    timers,
    random: () => 0.5,
    tell: (s) => states.push(s),
    answered: (a) => answered.push(a),
  });
  return { queue, timers, states, sent, answered, kept };
}

test('an event goes out at once, with the token, and is said to be saved', async () => {
  const { queue, states, sent, answered, kept } = page([]);
  queue.post('read:l1', '/progress', { lesson: 'l1', read: true });
  await settle();
  assert.deepEqual(sent.map((s) => [s.url, s.body, s.headers['X-Form-Token']]), [['/progress', { lesson: 'l1', read: true }, 'secret']]);
  assert.deepEqual(states, ['saving', 'saved']);
  assert.deepEqual(answered, [{ done: 1, total: 3 }]);
  assert.deepEqual(kept, {});
  assert.equal(queue.waiting(), false);
});

test('a dropped line is retried with growing waits; the newest of a kind replaces the older', async () => {
  const { queue, timers, states, sent, kept } = page(['drop', 503, 429]);
  queue.post('save', '/save', { n: 1 });
  await settle();
  assert.equal(states.at(-1), 'kept');
  queue.post('save', '/save', { n: 2 });
  await settle();
  assert.equal(JSON.parse(kept.q).length, 1);
  timers.pass(2000);
  await settle();
  timers.pass(4000);
  await settle();
  assert.equal(states.at(-1), 'saved');
  assert.deepEqual(sent.at(-1)?.body, { n: 2 });
  assert.deepEqual(kept, {});
});

test('while one is on its way a newer one waits its turn', async () => {
  const { queue, sent } = page([]);
  queue.post('save', '/save', { n: 1 });
  queue.post('save', '/save', { n: 2 });
  queue.post('save', '/save', { n: 3 });
  await settle();
  await settle();
  assert.deepEqual(sent.map((s) => s.body.n), [1, 3]);
});

test('what was left behind goes out from the next page', async () => {
  const kept = { q: JSON.stringify([{ slot: 's', url: '/save', body: '{"n":7}' }]) };
  const { timers, sent } = page([], kept);
  timers.pass(0);
  await settle();
  assert.deepEqual(sent.map((s) => s.body), [{ n: 7 }]);
  assert.equal('q' in kept, false);
});

test('damaged leftovers are forgotten', () => {
  assert.equal(page([], { q: '{nope' }).queue.waiting(), false);
  assert.equal(page([], { q: '[{"a":1}, null]' }).queue.waiting(), false);
});

test('an ended session says so and stops asking', async () => {
  for (const status of [401, 403, 410]) {
    const { queue, timers, states, sent } = page([status]);
    queue.post('s', '/save', {});
    await settle();
    assert.equal(states.at(-1), 'ended');
    queue.post('s', '/save', {});
    queue.retry();
    queue.leave();
    timers.pass(100000);
    await settle();
    assert.equal(sent.length, 1);
  }
});

test('a refusal that asking again would not change is dropped', async () => {
  const { queue, states, sent } = page([400]);
  queue.post('s', '/save', {});
  await settle();
  assert.equal(sent.length, 1);
  assert.equal(queue.waiting(), false);
  assert.equal(states.at(-1), 'refused');
});

test('leaving hands the rest to the browser', async () => {
  const { queue, sent } = page(['drop']);
  queue.post('s', '/save', { n: 1 });
  await settle();
  queue.leave();
  assert.equal(sent.at(-1)?.keepalive, true);
});

test('the preview keeps progress where it may, and says where it may not', () => {
  const box = /** @type {Record<string, string>} */ ({});
  const states = /** @type {string[]} */ ([]);
  const storage = /** @type {any} */ ({ getItem: (/** @type {string} */ k) => box[k] ?? null, setItem: (/** @type {string} */ k, /** @type {string} */ v) => void (box[k] = v) });
  const one = createPreview('k', () => storage, (s) => states.push(s));
  assert.equal(one.start().saved, '');
  one.change(/** @type {any} */ ({ suspend: '1abcd' }));
  assert.equal(createPreview('k', () => storage, (s) => states.push(s)).start().saved, '1abcd');
  const refused = () => {
    throw new Error('SecurityError');
  };
  const two = createPreview('k', refused, (s) => states.push(s));
  assert.equal(two.start().saved, '');
  two.change(/** @type {any} */ ({ suspend: 'x' }));
  assert.equal(states.at(-1), 'memory');
});
