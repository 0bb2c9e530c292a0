import { drawQuestion, escapeHtml } from './draw.js';
import { all, byAttribute, make, one } from './dom.js';
import { sayNumber } from './numeric.js';
import { pointsWords } from './words.js';
/** @import { AttemptResult, Choice, Question, QuestionResult, Quiz, Response, Responses } from './types.js' */

/**
 * Feedback into a form, as `package::player::questions::to_review` gives it to the server's pages.
 * @typedef {'right' | 'wrong' | 'missed'} Mark
 */

const MARK_WORDS = /** @type {Record<Mark, string>} */ ({ right: '✓ Right.', wrong: '✗ Not right.', missed: '→ This one is right.' });
const VERDICT_WORDS = { right: '✓ Right', partly: '◐ Partly right', wrong: '✗ Not right', unanswered: '– Not answered' };

/**
 * @param {HTMLFormElement} form
 * @param {{ quiz: Quiz, seed: string, responses: Responses, result: AttemptResult, reveal: boolean }} attempt
 * @param {(lesson: string) => { href: string, text: string } | null} lessonLink
 */
export function reviewForm(form, { quiz, seed, responses, result, reveal }, lessonLink) {
  for (const each of result.questions) {
    const q = quiz.questions.find((question) => question.id === each.id);
    const box = q && byAttribute(form, 'data-question', q.id);
    if (q && box) reviewQuestion(box, q, seed, responses[q.id], each, reveal, lessonLink);
  }
}

/** @param {QuestionResult} result @returns {keyof typeof VERDICT_WORDS} */
export function verdictOf(result) {
  if (!result.answered) return 'unanswered';
  return result.fraction >= 1 ? 'right' : result.fraction > 0 ? 'partly' : 'wrong';
}

/**
 * @param {HTMLElement} box
 * @param {Question} q
 * @param {string} seed
 * @param {Response | undefined} response
 * @param {QuestionResult} result
 * @param {boolean} reveal
 * @param {(lesson: string) => { href: string, text: string } | null} lessonLink
 */
function reviewQuestion(box, q, seed, response, result, reveal, lessonLink) {
  const verdict = verdictOf(result);
  // Not the fieldset itself: code and tables in it stay within reach of the keyboard.
  box.dataset.review = '';
  for (const field of all('input, select', box)) field.setAttribute('disabled', '');
  box.classList.add(`verdict-${verdict}`);
  markOptions(box, q, response, reveal);
  const says = one('[data-read-as]', box);
  if (says && result.answered) says.textContent = result.read_as === null ? 'not read as a number' : `read as ${sayNumber(result.read_as)}`;
  const feedback = one('[data-feedback]', box);
  if (!feedback) return;
  const line = make('p', { class: 'verdict' }, VERDICT_WORDS[verdict]);
  if (q.points !== 1 || verdict === 'partly') {
    line.append(' ', make('span', { class: 'quiet' }, `${sayNumber(Math.round(result.earned * 100) / 100)} of ${pointsWords(q.points)}`));
  }
  feedback.replaceChildren(line);
  const html = reveal ? explanation(q, seed) : '';
  if (html) feedback.append(make('div', { class: 'prose', html }));
  const link = verdict !== 'right' && q.lesson ? lessonLink(q.lesson) : null;
  if (link) feedback.append(make('p', { class: 'read-again' }, 'Read again: ', make('a', { href: link.href }, link.text)));
}

/** @param {HTMLElement | null} row @param {Mark | null} mark @param {string} html */
function markRow(row, mark, html) {
  const why = row && one('[data-why]', row);
  if (!row || !why) return;
  if (mark) row.classList.add(`option-${mark}`);
  why.replaceChildren();
  if (mark) why.append(make('span', { class: 'mark' }, MARK_WORDS[mark]), ' ');
  if (html) why.append(...make('div', { html }).childNodes);
}

/** @param {HTMLElement} box @param {Question} q @param {Response | undefined} response @param {boolean} reveal */
function markOptions(box, q, response, reveal) {
  const mark = (/** @type {boolean} */ picked, /** @type {boolean} */ right) =>
    /** @type {Mark | null} */ (picked ? (right ? 'right' : 'wrong') : reveal && right ? 'missed' : null);
  const choices = (/** @type {Choice[]} */ options, /** @type {string[]} */ picked) => {
    for (const o of options) {
      const m = mark(picked.includes(o.id), o.correct);
      markRow(byAttribute(box, 'data-option', o.id), m, m || reveal ? o.why_html : '');
    }
  };
  if (q.type === 'single') choices(q.options, typeof response === 'string' ? [response] : []);
  else if (q.type === 'multiple') choices(q.options, Array.isArray(response) ? response : []);
  else if (q.type === 'true-false') {
    const given = /** @type {{ value: boolean, reason?: string } | undefined} */ (response);
    for (const value of [true, false]) {
      const m = mark(given !== undefined && given.value === value, q.answer === value);
      markRow(byAttribute(box, 'data-truth-option', String(value)), m, m ? (value ? q.why_true_html : q.why_false_html) : '');
    }
    choices(q.options, given && given.reason ? [given.reason] : []);
  } else if (q.type === 'matching') {
    const pairs = /** @type {Record<string, string>} */ (response || {});
    for (const left of q.left) {
      const given = pairs[left.id];
      const right = given === q.pairs[left.id];
      const wanted = q.right.find((r) => r.id === q.pairs[left.id]);
      const chosen = q.right.find((r) => r.id === given);
      const row = byAttribute(box, 'data-left', left.id);
      if (row) one('select', row)?.replaceWith(make('p', { class: 'chosen', html: chosen ? chosen.html : '–' }));
      markRow(row, given === undefined ? null : mark(true, right), reveal && !right && wanted ? `Right: ${wanted.html}` : '');
    }
  } else if (q.type === 'ordering') {
    q.items.forEach((item, i) => {
      const given = Array.isArray(response) ? response.indexOf(item.id) : -1;
      markRow(byAttribute(box, 'data-option', item.id), given < 0 ? null : mark(true, given === i), reveal && given !== i ? `Place ${i + 1}.` : '');
    });
    for (const tool of all('.moves, .hint, select', box)) tool.remove();
  }
}

/** The answer where no option shows it, the author's why, and the explanation. @param {Question} q @param {string} seed */
function explanation(q, seed) {
  if (q.type === 'numeric') {
    const variant = q.variants[drawQuestion(q, seed).variant];
    if (!variant) return '';
    const unit = q.unit ? ` ${escapeHtml(q.unit)}` : '';
    return `<p>The answer is ${sayNumber(variant.answer)}${unit}.</p>${variant.why_html || q.why_html}${variant.explain_html || q.explain_html}`;
  }
  if (q.type === 'text') return `<p>The answer is “${escapeHtml(q.accept[0] || '')}”.</p>${q.why_html}${q.explain_html}`;
  if (q.type === 'matching' || q.type === 'ordering') return q.why_html + q.explain_html;
  return q.explain_html;
}
