import { selectedQuestions, variantIndex } from './draw.js';
import { readNumber } from './numeric.js';
/** @import { AttemptResult, Choice, Question, QuestionResult, Quiz, Response, Responses } from './types.js' */

/**
 * Scores an attempt by the rules of `learning::scoring`.
 * @param {Quiz} quiz
 * @param {string} seed
 * @param {Responses} responses
 * @returns {AttemptResult}
 */
export function scoreAttempt(quiz, seed, responses) {
  const questions = selectedQuestions(quiz, seed).map((q) => scoreQuestion(q, seed, responses[q.id]));
  const possible = questions.reduce((sum, q) => sum + q.points, 0);
  const earned = questions.reduce((sum, q) => sum + q.earned, 0);
  const score = possible > 0 ? round2((100 * earned) / possible) : 0;
  return { score, passed: score >= quiz.pass_mark, questions };
}

/**
 * @param {Question} q
 * @param {string} seed
 * @param {Response | undefined} response
 * @returns {QuestionResult}
 */
function scoreQuestion(q, seed, response) {
  const answered = !isEmptyResponse(response);
  const read = answered && q.type === 'numeric' && typeof response === 'string' ? readNumber(response, q.unit) : null;
  const fraction = answered ? fractionOf(q, seed, /** @type {Response} */ (response)) : 0;
  return { id: q.id, fraction, points: q.points, earned: q.points * fraction, answered, read_as: read };
}

/**
 * Half up to two decimals; the nudge takes back what binary fractions lose.
 * @param {number} value
 */
export function round2(value) {
  return Math.floor(value * 100 + 0.5 + 1e-9) / 100;
}

/**
 * Whether an answer says nothing: blank text, no picks, no pairs.
 * @param {Response | undefined} response
 */
export function isEmptyResponse(response) {
  if (response === undefined || response === null) return true;
  if (typeof response === 'string') return response.trim() === '';
  return Array.isArray(response) ? response.length === 0 : Object.keys(response).length === 0;
}

/**
 * @param {Question} q
 * @param {string} seed
 * @param {Response} response
 * @returns {number} 0 to 1
 */
function fractionOf(q, seed, response) {
  const text = typeof response === 'string' ? response : null;
  const list = Array.isArray(response) ? response : null;
  const map = text === null && list === null ? /** @type {Record<string, unknown>} */ (response) : null;
  switch (q.type) {
    case 'single':
      return text !== null && isRight(q.options, text) ? 1 : 0;
    case 'multiple': {
      if (!list) return 0;
      const right = q.options.filter((o) => o.correct).length;
      const picked = q.options.filter((o) => list.includes(o.id));
      const balance = picked.reduce((sum, o) => sum + (o.correct ? 1 : -1), 0);
      return right === 0 ? 0 : Math.max(balance, 0) / right;
    }
    case 'true-false':
      if (!map || map.value !== q.answer) return 0;
      if (q.options.length === 0) return 1;
      return typeof map.reason === 'string' && isRight(q.options, map.reason) ? 1 : 0.5;
    case 'numeric': {
      const variant = q.variants[variantIndex(q.id, q.variants, seed)];
      const value = text === null ? null : readNumber(text, q.unit);
      return variant && value !== null && Math.abs(value - variant.answer) <= variant.tolerance * (1 + 1e-9) ? 1 : 0;
    }
    case 'matching': {
      const wanted = Object.keys(q.pairs);
      if (!map || wanted.length === 0) return 0;
      return wanted.filter((left) => map[left] === q.pairs[left]).length / wanted.length;
    }
    case 'ordering':
      return list && q.items.length ? q.items.filter((item, i) => list[i] === item.id).length / q.items.length : 0;
    case 'text': {
      const typed = text === null ? null : tidyText(text, q.case_sensitive);
      return q.accept.some((a) => tidyText(a, q.case_sensitive) === typed) ? 1 : 0;
    }
  }
}

/** @param {Choice[]} options @param {string} id */
function isRight(options, id) {
  return options.some((o) => o.id === id && o.correct);
}

/** @param {string} text @param {boolean} caseSensitive */
function tidyText(text, caseSensitive) {
  const tidy = text.split(/[\s\u0085]+/).filter(Boolean).join(' ');
  return caseSensitive ? tidy : tidy.toLowerCase();
}
