// The shared cases: `src/learning/tests.rs` runs the same files.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { attemptsLeft, courseGrade, moduleCompletion, revealsKey } from '../src/completion.js';
import { drawQuiz } from '../src/draw.js';
import { hash } from '../src/hash.js';
import { readNumber, sayNumber } from '../src/numeric.js';
import { responsesFromForm } from '../src/responses.js';
import { scoreAttempt } from '../src/scoring.js';

/** @param {string} name */
const vectors = (name) => JSON.parse(readFileSync(new URL(`../../tests/vectors/${name}.json`, import.meta.url), 'utf8'));
const quiz = vectors('quiz');
const near = (/** @type {number} */ a, /** @type {number} */ b) => Math.abs(a - b) < 1e-12;

test('hashes', () => {
  for (const c of vectors('hash')) assert.equal(hash(c.text), c.hash, c.text);
});

test('draws', () => {
  for (const c of vectors('draw')) {
    const drawn = drawQuiz(quiz, c.seed).map((d) => ({ id: d.question.id, options: d.options, variant: d.variant, stem_html: d.stem_html }));
    assert.deepEqual(drawn, c.questions, `seed ${c.seed}`);
  }
});

test('numbers as people type them', () => {
  for (const c of vectors('numeric')) {
    assert.equal(readNumber(c.typed, c.unit), c.value, JSON.stringify(c.typed));
    if (c.say !== undefined) assert.equal(sayNumber(c.value), c.say);
  }
});

test('scores', () => {
  for (const c of vectors('scoring')) {
    const result = scoreAttempt(quiz, c.seed, c.responses);
    assert.equal(result.score, c.score, c.name);
    assert.equal(result.passed, c.passed, c.name);
    assert.equal(result.questions.length, c.questions.length, c.name);
    result.questions.forEach((q, i) => {
      assert.equal(q.id, c.questions[i].id, c.name);
      assert.ok(near(q.fraction, c.questions[i].fraction), `${c.name}: ${q.id} ${q.fraction}`);
      assert.equal(q.answered, c.questions[i].answered, `${c.name}: ${q.id}`);
      assert.equal(q.read_as, c.questions[i].read_as, `${c.name}: ${q.id}`);
    });
  }
});

test('forms', () => {
  for (const c of vectors('forms')) assert.deepEqual(responsesFromForm(quiz, c.seed, c.pairs), c.responses, c.name);
});

test('completion', () => {
  for (const c of vectors('completion')) {
    const module = { lessons: c.lessons, quiz: c.quiz ? 'q' : null };
    const got = moduleCompletion(module, c.policy, new Set(c.read), c.scores);
    assert.deepEqual([got.complete, got.unread, got.quizMissing, got.passed], [c.complete, c.unread, c.quiz_missing, c.passed], c.name);
    assert.ok(near(got.progress, c.progress), c.name);
    assert.equal(attemptsLeft(c.policy, c.scores.length), c.left, c.name);
    assert.equal(revealsKey(c.policy, c.scores), c.reveals, c.name);
  }
});

test('grades', () => {
  for (const c of vectors('grade')) assert.equal(courseGrade(c.modules), c.grade, c.name);
});
