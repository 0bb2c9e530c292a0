import { selectedQuestions } from './draw.js';
import { isEmptyResponse } from './scoring.js';
/** @import { Item, Question, Quiz, Response, Responses } from './types.js' */

export const MAX_TYPED = 250;

/**
 * Answers from a form's fields, by the rules of `learning::responses::from_form`.
 * @param {Quiz} quiz
 * @param {string} seed
 * @param {[string, string][]} pairs
 * @returns {Responses}
 */
export function responsesFromForm(quiz, seed, pairs) {
  const responses = /** @type {Responses} */ ({});
  for (const q of selectedQuestions(quiz, seed)) {
    const response = responseFromForm(q, pairs);
    if (response !== undefined && !isEmptyResponse(response)) responses[q.id] = response;
  }
  return responses;
}

/**
 * @param {Question} q
 * @param {[string, string][]} pairs
 * @returns {Response | undefined}
 */
function responseFromForm(q, pairs) {
  const all = (/** @type {string} */ name) => pairs.filter(([n]) => n === name).map(([, value]) => value);
  const first = (/** @type {string} */ name) => all(name)[0] || undefined;
  const known = (/** @type {{ id: string }[]} */ items, /** @type {string | undefined} */ id) =>
    items.some((item) => item.id === id) ? id : undefined;
  switch (q.type) {
    case 'single':
      return known(q.options, first(q.id));
    case 'multiple': {
      const sent = all(q.id);
      return q.options.map((o) => o.id).filter((id) => sent.includes(id));
    }
    case 'true-false': {
      const value = first(q.id);
      const reason = known(q.options, first(q.id + '.reason'));
      if (value !== 'true' && value !== 'false') return undefined;
      return reason === undefined ? { value: value === 'true' } : { value: value === 'true', reason };
    }
    case 'numeric':
    case 'text': {
      const typed = first(q.id);
      return typed === undefined ? undefined : [...typed.trim()].slice(0, MAX_TYPED).join('');
    }
    case 'matching': {
      const made = /** @type {Record<string, string>} */ ({});
      for (const left of q.left) {
        const right = known(q.right, first(`${q.id}.${left.id}`));
        if (right !== undefined) made[left.id] = right;
      }
      return made;
    }
    case 'ordering': {
      const placed = q.items.map((item) => ({ id: item.id, place: (first(`${q.id}.${item.id}`) || '').trim() }));
      if (placed.some((p) => !/^[0-9]+$/.test(p.place))) return undefined;
      return placed.sort((a, b) => Number(a.place) - Number(b.place) || (a.id < b.id ? -1 : 1)).map((p) => p.id);
    }
  }
}
