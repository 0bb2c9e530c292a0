// Times as readers see them, in zones with and without a name of their own, on both sides of midnight.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { enhanceTimes, tellTime } from '../src/times.js';

const at = Date.parse('2026-11-18T23:06:40Z');

test('a moment is told in the zone of the reader, and the zone by its name', () => {
  assert.equal(tellTime(at, 'Europe/Berlin').moment, '19 November 2026, 00:06');
  assert.equal(tellTime(at, 'Europe/Berlin').day, '19 Nov 2026');
  assert.match(tellTime(at, 'Europe/Berlin').full, /^19 November 2026, 00:06 (CET|GMT\+1) \(Europe\/Berlin\)$/);
  assert.match(tellTime(at, 'Asia/Kolkata').full, /04:36 .*\(Asia\/(Kolkata|Calcutta)\)$/);
});

test('UTC is named once', () => {
  assert.equal(tellTime(at, 'UTC').full, '18 November 2026, 23:06 UTC');
});

test('days and moments are written anew, words like "just now" stay, and what is no time is left alone', () => {
  const element = (/** @type {string} */ datetime, /** @type {string | undefined} */ shows) => ({
    dataset: { shows }, textContent: 'as sent', title: 'as sent', getAttribute: () => datetime,
  });
  const elements = [element('2026-11-18T23:06:40Z', 'day'), element('2026-11-18T23:06:40Z', 'moment'), element('2026-11-18T23:06:40Z', undefined), element('soon', 'day')];
  enhanceTimes(/** @type {any} */ ({ querySelectorAll: () => elements }));
  const told = tellTime(at);
  assert.deepEqual(elements.map((e) => e.textContent), [told.day, told.moment, 'as sent', 'as sent']);
  assert.deepEqual(elements.map((e) => e.title), [told.full, told.full, told.full, 'as sent']);
});
