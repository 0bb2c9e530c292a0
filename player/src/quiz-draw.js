import { drawQuiz } from './draw.js';
import { all, byAttribute, one } from './dom.js';
/** @import { DrawnQuestion, Quiz, Response, Responses } from './types.js' */

/**
 * Makes a fresh copy of the form's questions show one attempt.
 * @param {HTMLElement} questions the `[data-questions]` list, as the package holds it
 * @param {Quiz} quiz
 * @param {string} seed
 * @param {Responses} responses
 * @returns {HTMLElement}
 */
export function drawnQuestions(questions, quiz, seed, responses) {
  const list = /** @type {HTMLElement} */ (questions.cloneNode(true));
  const items = drawQuiz(quiz, seed).flatMap((drawn, i) => {
    const item = byAttribute(list, 'data-question-item', drawn.question.id);
    if (!item) return [];
    showQuestion(item, drawn, i + 1);
    answerQuestion(item, drawn, responses[drawn.question.id]);
    return [item];
  });
  list.replaceChildren(...items);
  return list;
}

/** @param {HTMLElement} item @param {DrawnQuestion} drawn @param {number} number */
function showQuestion(item, drawn, number) {
  const at = one('[data-number]', item);
  if (at) at.textContent = String(number);
  const stem = one('[data-stem]', item);
  if (stem && drawn.stem_html !== drawn.question.stem_html) stem.innerHTML = drawn.stem_html;
  for (const box of all('[data-options], [data-ordering]', item)) {
    box.append(...drawn.options.flatMap((id) => byAttribute(box, 'data-option', id) || []));
  }
  for (const select of all('[data-matching] select', item)) {
    const options = /** @type {HTMLOptionElement[]} */ (all('option', select));
    select.append(...drawn.options.flatMap((id) => options.find((o) => o.value === id) || []));
  }
}

/** @param {HTMLElement} item @param {DrawnQuestion} drawn @param {Response | undefined} response */
function answerQuestion(item, drawn, response) {
  if (response === undefined) return;
  const q = drawn.question;
  const fields = /** @type {HTMLInputElement[]} */ (all('input, select', item));
  const check = (/** @type {string} */ name, /** @type {string | undefined} */ value) => {
    for (const f of fields) if (f.name === name && f.value === value) f.checked = true;
  };
  if (q.type === 'numeric' || q.type === 'text') fields[0].value = String(response);
  else if (typeof response === 'string') check(q.id, response);
  else if (Array.isArray(response)) {
    response.forEach((id, i) => {
      if (q.type === 'multiple') check(q.id, id);
      for (const f of fields) if (q.type === 'ordering' && f.name === `${q.id}.${id}`) f.value = String(i + 1);
      const row = q.type === 'ordering' ? byAttribute(item, 'data-option', id) : null;
      row?.parentElement?.append(row);
    });
  } else if (q.type === 'true-false') {
    const { value, reason } = /** @type {{ value: boolean, reason?: string }} */ (response);
    check(q.id, String(value));
    check(`${q.id}.reason`, reason);
  } else {
    const pairs = /** @type {Record<string, string>} */ (response);
    for (const f of fields) f.value = pairs[f.name.slice(q.id.length + 1)] || '';
  }
}
