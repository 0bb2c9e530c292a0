import { drawQuestion } from './draw.js';
/** @import { Graded } from './session.js' */
/** @import { Question, QuestionResult, Response } from './types.js' */

/**
 * Answers of a graded attempt in the words of the two standards.
 * @typedef {object} Interaction
 * @property {string} id
 * @property {string} type
 * @property {string} description
 * @property {string | null} response null when not answered
 * @property {string[]} patterns
 * @property {string} result
 * @property {number} weighting
 * @typedef {object} Dialect
 * @property {(value: boolean) => string} truth
 * @property {(index: number, id: string) => string} item
 * @property {(ids: string[]) => string} set
 * @property {(ids: string[]) => string} sequence
 * @property {(pairs: [string, string][]) => string} pairs
 * @property {(answer: number, tolerance: number) => string} range
 * @property {(text: string) => string} text
 * @property {string} wrong
 */

const ONE = 'abcdefghijklmnopqrstuvwxyz0123456789';

/** SCORM 1.2: single characters by the author's order. */
export const DIALECT12 = /** @type {Dialect} */ ({
  truth: (value) => (value ? 't' : 'f'),
  item: (index) => ONE[index % ONE.length],
  set: (ids) => (ids.length === 1 ? ids[0] : `{${ids.join(',')}}`),
  sequence: (ids) => ids.join(','),
  pairs: (pairs) => pairs.map(([l, r]) => `${l}.${r}`).join(','),
  range: (answer) => plainDecimal(answer),
  text: (text) => cleanText(text, 255),
  wrong: 'wrong',
});

/** SCORM 2004: ids as they are, `[,]` `[.]` `[:]` between them. */
export const DIALECT2004 = /** @type {Dialect} */ ({
  truth: (value) => String(value),
  item: (index, id) => id,
  set: (ids) => ids.join('[,]'),
  sequence: (ids) => ids.join('[,]'),
  pairs: (pairs) => pairs.map(([l, r]) => `${l}[.]${r}`).join('[,]'),
  range: (answer, tolerance) => `${plainDecimal(answer - tolerance)}[:]${plainDecimal(answer + tolerance)}`,
  text: (text) => cleanText(text, 250),
  wrong: 'incorrect',
});

/**
 * Text without characters that the standards read as syntax.
 * @param {string} text
 * @param {number} limit
 */
function cleanText(text, limit) {
  return [...text.replace(/[\u0000-\u001f\u007f]/g, ' ').replace(/\[/g, '(').replace(/\]/g, ')').replace(/\{/g, '(').replace(/\}/g, ')')]
    .filter((c) => c.length === 1)
    .slice(0, limit)
    .join('');
}

/**
 * No exponent, at most seven decimals.
 * @param {number} value
 */
export function plainDecimal(value) {
  const text = value.toFixed(7).replace(/0+$/, '').replace(/\.$/, '');
  return text === '-0' ? '0' : text;
}

/** LMSs read five digits before the point. @param {number} value */
function isSmall(value) {
  return Math.abs(value) < 100000;
}

/**
 * @param {Graded} graded
 * @param {Dialect} dialect
 * @returns {Interaction[]}
 */
export function interactionsOf(graded, dialect) {
  const out = /** @type {Interaction[]} */ ([]);
  for (const result of graded.result.questions) {
    const q = graded.quiz.questions.find((question) => question.id === result.id);
    if (!q) continue;
    const response = result.answered ? graded.responses[q.id] : undefined;
    out.push(...interactionsOfQuestion(q, graded.seed, response, result, dialect));
  }
  return out;
}

/**
 * @param {Question} q
 * @param {string} seed
 * @param {Response | undefined} response
 * @param {QuestionResult} result
 * @param {Dialect} dialect
 * @returns {Interaction[]}
 */
function interactionsOfQuestion(q, seed, response, result, dialect) {
  const base = { id: q.id, description: cleanText(q.stem_text, 250), weighting: q.points, response: /** @type {string | null} */ (null) };
  const verdict = result.fraction >= 1 ? 'correct' : result.fraction <= 0 ? dialect.wrong : plainDecimal(Math.round(result.fraction * 100) / 100);
  /** @param {{ id: string }[]} items */
  const names = (items) => {
    const map = new Map(items.map((item, i) => [item.id, dialect.item(i, item.id)]));
    return (/** @type {string[]} */ ids) => ids.map((id) => map.get(id)).filter((id) => id !== undefined).map(String);
  };
  const text = typeof response === 'string' ? response : '';
  switch (q.type) {
    case 'single':
    case 'multiple': {
      const name = names(q.options);
      const picked = typeof response === 'string' ? [response] : Array.isArray(response) ? response : [];
      const right = q.options.filter((o) => o.correct).map((o) => o.id);
      return [{ ...base, type: 'choice', response: picked.length ? dialect.set(name(picked)) : null, patterns: [dialect.set(name(right))], result: verdict }];
    }
    case 'true-false': {
      const given = /** @type {{ value: boolean, reason?: string } | undefined} */ (response);
      const claim = {
        ...base,
        type: 'true-false',
        response: given ? dialect.truth(given.value) : null,
        patterns: [dialect.truth(q.answer)],
        result: given && given.value === q.answer ? 'correct' : dialect.wrong,
      };
      if (!q.options.length) return [claim];
      const name = names(q.options);
      const right = q.options.filter((o) => o.correct).map((o) => o.id);
      const reason = {
        ...base,
        id: `${q.id}.reason`,
        type: 'choice',
        weighting: q.points / 2,
        response: given && given.reason ? dialect.set(name([given.reason])) : null,
        patterns: [dialect.set(name(right))],
        result: given && given.reason && right.includes(given.reason) ? 'correct' : dialect.wrong,
      };
      return [{ ...claim, weighting: q.points / 2 }, reason];
    }
    case 'numeric': {
      const variant = q.variants[drawQuestion(q, seed).variant];
      const read = result.read_as;
      const small = isSmall(variant.answer) && isSmall(variant.answer + variant.tolerance) && (read === null || isSmall(read));
      if (small && (read !== null || response === undefined)) {
        const number = read === null ? null : plainDecimal(read);
        return [{ ...base, type: 'numeric', response: number, patterns: [dialect.range(variant.answer, variant.tolerance)], result: verdict }];
      }
      return [{ ...base, type: 'fill-in', response: response === undefined ? null : dialect.text(text), patterns: [dialect.text(String(variant.answer))], result: verdict }];
    }
    case 'matching': {
      const left = new Map(q.left.map((item, i) => [item.id, dialect.item(i, item.id)]));
      const right = new Map(q.right.map((item, i) => [item.id, dialect.item(i, item.id)]));
      const pairs = (/** @type {Record<string, string>} */ map) =>
        /** @type {[string, string][]} */ (q.left.filter((l) => map[l.id] !== undefined).map((l) => [left.get(l.id), right.get(map[l.id])]));
      const given = response === undefined ? null : /** @type {Record<string, string>} */ (response);
      return [{ ...base, type: 'matching', response: given ? dialect.pairs(pairs(given)) : null, patterns: [dialect.pairs(pairs(q.pairs))], result: verdict }];
    }
    case 'ordering': {
      const name = names(q.items);
      const given = Array.isArray(response) ? dialect.sequence(name(response)) : null;
      return [{ ...base, type: 'sequencing', response: given, patterns: [dialect.sequence(name(q.items.map((i) => i.id)))], result: verdict }];
    }
    case 'text':
      return [{ ...base, type: 'fill-in', response: response === undefined ? null : dialect.text(text), patterns: q.accept.slice(0, 5).map((a) => dialect.text(a)), result: verdict }];
  }
}
