import { hash, shuffled } from './hash.js';
/** @import { DrawnQuestion, NumericVariant, Question, Quiz } from './types.js' */

/**
 * The questions an attempt asks, in the author's order.
 * @param {Quiz} quiz
 * @param {string} seed
 * @returns {Question[]}
 */
export function selectedQuestions(quiz, seed) {
  const dropped = new Set();
  for (const pool of quiz.pools) {
    const members = quiz.questions.filter((q) => q.pool === pool.name);
    for (const q of shuffled(members, (m) => m.id, seed + ':').slice(pool.draw)) dropped.add(q.id);
  }
  return quiz.questions.filter((q) => !dropped.has(q.id));
}

/**
 * Which variant of a numeric question an attempt asks.
 * @param {string} question
 * @param {NumericVariant[]} variants
 * @param {string} seed
 */
export function variantIndex(question, variants, seed) {
  return variants.length < 2 ? 0 : hash(`${seed}:${question}:variant`) % variants.length;
}

/**
 * What one attempt shows.
 * @param {Quiz} quiz
 * @param {string} seed
 * @returns {DrawnQuestion[]}
 */
export function drawQuiz(quiz, seed) {
  return selectedQuestions(quiz, seed).map((question) => drawQuestion(question, seed));
}

/**
 * @param {Question} q
 * @param {string} seed
 * @returns {DrawnQuestion}
 */
export function drawQuestion(q, seed) {
  const prefix = `${seed}:${q.id}:`;
  /** @param {{ id: string }[]} items @param {boolean} shuffle */
  const order = (items, shuffle) => {
    const ids = items.map((item) => item.id);
    return shuffle ? shuffled(ids, (id) => id, prefix) : ids;
  };
  let options = /** @type {string[]} */ ([]);
  let variant = 0;
  let stem = q.stem_html;
  if (q.type === 'single' || q.type === 'multiple' || q.type === 'true-false') {
    options = order(q.options, q.shuffle);
  } else if (q.type === 'matching') {
    options = order(q.right, q.shuffle);
  } else if (q.type === 'ordering') {
    options = order(q.items, true);
    if (options.length > 1 && options.every((id, i) => id === q.items[i].id)) options.push(/** @type {string} */ (options.shift()));
  } else if (q.type === 'numeric') {
    variant = variantIndex(q.id, q.variants, seed);
    stem = q.variants[variant]?.stem_html || stem;
  }
  return { question: q, stem_html: stem, options, variant };
}

/** @param {string} text */
export function escapeHtml(text) {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
}
