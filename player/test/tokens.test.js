// The contrast of every pair of colours that is used, computed from the token table: WCAG 2 relative luminance.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { test } from 'node:test';

const css = readFileSync(new URL('../style/tokens.css', import.meta.url), 'utf8');

/** @param {string} block @returns {Record<string, string>} */
function tokens(block) {
  return Object.fromEntries([...block.matchAll(/--([\w-]+): (oklch\([^)]*\)|[\d.]+);/g)].map((m) => [m[1], m[2]]));
}

const blocks = [...css.matchAll(/(:root[^{]*)\{([^{}]*)\}/g)].map((m) => ({ selector: m[1].trim(), tokens: tokens(m[2]) }));
const sets = { light: blocks[0].tokens, dark: blocks[1].tokens };

/** @param {string} text @returns {number} relative luminance */
function luminance(text) {
  const [l, c, h] = text.slice(6, -1).split(/[\s/]+/).map(Number);
  const a = c * Math.cos((h * Math.PI) / 180);
  const b = c * Math.sin((h * Math.PI) / 180);
  const [x, y, z] = [l + 0.3963377774 * a + 0.2158037573 * b, l - 0.1055613458 * a - 0.0638541728 * b, l - 0.0894841775 * a - 1.291485548 * b].map((v) => v ** 3);
  const rgb = [
    4.0767416621 * x - 3.3077115913 * y + 0.2309699292 * z,
    -1.2684380046 * x + 2.6097574011 * y - 0.3413193965 * z,
    -0.0041960863 * x - 0.7034186147 * y + 1.707614701 * z,
  ].map((v) => Math.min(1, Math.max(0, v)));
  return 0.2126 * rgb[0] + 0.7152 * rgb[1] + 0.0722 * rgb[2];
}

/** @param {string} one @param {string} other */
function contrast(one, other) {
  const [a, b] = [luminance(one), luminance(other)].sort((x, y) => y - x);
  return (a + 0.05) / (b + 0.05);
}

const grounds = ['paper', 'raised', 'sunken'];
const softs = ['accent-soft', 'amber-soft', 'good-soft', 'bad-soft', 'info-soft', 'violet-soft'];
const highlights = ['keyword', 'string', 'number', 'comment', 'function', 'type', 'attribute', 'variable'];
const pairs = [
  ...[...grounds, ...softs].map((g) => ['ink', g, 7]),
  ...[...grounds, ...softs].map((g) => ['quiet', g, 4.5]),
  ...[...grounds, 'accent-soft'].map((g) => ['accent', g, 4.5]),
  ...[...grounds, 'accent-soft'].map((g) => ['accent-strong', g, 4.5]),
  ...['amber', 'good', 'bad', 'info', 'violet'].flatMap((t) => [...grounds, `${t}-soft`].map((g) => [t, g, 4.5])),
  ['on-accent', 'accent', 4.5],
  ['on-accent', 'accent-strong', 4.5],
  ...highlights.map((t) => [`hl-${t}`, 'sunken', 4.5]),
  ...grounds.map((g) => ['edge', g, 3]),
  ...[...grounds, 'accent-soft'].map((g) => ['focus', g, 3]),
  ['accent', 'line', 3],
];

for (const [name, set] of Object.entries(sets)) {
  test(`${name}: text 7:1 for reading, 4.5:1 elsewhere, controls 3:1`, () => {
    const low = [];
    for (const [front, back, least] of pairs) {
      const got = contrast(set[String(front)], set[String(back)]);
      if (!(got >= Number(least))) low.push(`${front} on ${back}: ${got.toFixed(2)} < ${least}`);
    }
    assert.deepEqual(low, []);
  });
}

test('the two dark sets are one', () => {
  assert.equal(blocks.length, 3);
  assert.deepEqual(blocks[1].tokens, blocks[2].tokens);
});

test('both sets name the same colours', () => {
  const colours = (/** @type {Record<string, string>} */ set) => Object.keys(set).filter((k) => set[k].startsWith('oklch')).sort();
  assert.deepEqual(colours(sets.light), colours(sets.dark));
});

test('every token that is used is defined', () => {
  const defined = new Set([...css.matchAll(/--([\w-]+):/g)].map((m) => m[1]));
  const folders = [new URL('../style/', import.meta.url), new URL('../../templates/web/style/', import.meta.url)];
  const files = folders.flatMap((folder) => readdirSync(folder).filter((name) => name !== 'tokens.css').map((name) => new URL(name, folder)));
  assert.ok(files.length > 8);
  for (const url of files) {
    const file = url.pathname.split('/').pop();
    const text = readFileSync(url, 'utf8');
    for (const own of text.matchAll(/--([\w-]+):/g)) defined.add(own[1]);
    for (const used of text.matchAll(/var\(--([\w-]+)\)/g)) assert.ok(defined.has(used[1]), `${file} uses --${used[1]}`);
    assert.ok(!/oklch|#[0-9a-f]{3,8}\b|rgb\(/i.test(text), `${file} names a colour of its own`);
  }
});

test('no stylesheet is longer than 400 lines', () => {
  for (const folder of ['../style/', '../../templates/web/style/']) {
    for (const name of readdirSync(new URL(folder, import.meta.url))) {
      const lines = readFileSync(new URL(folder + name, import.meta.url), 'utf8').split('\n').length;
      assert.ok(lines <= 400, `${name}: ${lines}`);
    }
  }
});
