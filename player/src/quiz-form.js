import { all, announce, make, one } from './dom.js';
import { readNumber, sayNumber } from './numeric.js';
import { focusOn } from './pages.js';
import { countWords, listWords } from './words.js';

/**
 * What script adds to a quiz form that works without it: numbers read back, items moved by buttons, one question at a time,
 * a word before unanswered questions are handed in.
 * @param {HTMLFormElement} form
 * @param {() => void} changed
 */
export function enhanceQuizForm(form, changed) {
  const tell = () => {
    resetGuard(form);
    paintMap(form);
    changed();
  };
  for (const field of all('[data-number-field]', form)) enhanceNumber(/** @type {HTMLInputElement} */ (field));
  for (const list of all('[data-ordering]', form)) enhanceOrdering(list, tell);
  if (form.dataset.layout === 'one' && !form.hasAttribute('data-reviewed')) enhanceOne(form);
  if (form.dataset.enhanced !== undefined) return;
  form.dataset.enhanced = '';
  form.addEventListener('input', tell);
  form.addEventListener('submit', (event) => guardSubmit(form, event));
}

/** The fields as they would be posted. @param {HTMLFormElement} form @returns {[string, string][]} */
export function formPairs(form) {
  return [...new FormData(form)].map(([name, value]) => [name, String(value)]);
}

/** @param {HTMLInputElement} field */
function enhanceNumber(field) {
  const says = one('[data-read-as]', field.parentElement || document);
  if (!says || field.dataset.enhanced !== undefined) return;
  field.dataset.enhanced = '';
  const read = () => {
    const typed = field.value.trim();
    const value = readNumber(typed, field.dataset.unit);
    says.textContent = !typed ? '' : value === null ? 'not read as a number yet' : `read as ${sayNumber(value)}`;
    says.classList.toggle('unread', typed !== '' && value === null);
  };
  field.addEventListener('input', read);
  read();
}

/** @param {HTMLElement} list @param {() => void} changed */
function enhanceOrdering(list, changed) {
  if (list.dataset.enhanced !== undefined || list.closest('[data-review]')) return;
  list.dataset.enhanced = '';
  const items = () => all('.order-item', list);
  const place = (/** @type {HTMLElement} */ item) => /** @type {HTMLSelectElement} */ (one('select', item));
  const name = (/** @type {HTMLElement} */ item) => (one('.order-text', item)?.textContent || '').trim();
  const question = list.closest('[data-question]');
  const hint = question && one('.hint', question);
  if (hint) hint.textContent = 'Move the items into order, the first on top.';
  const given = items();
  if (given.every((item) => place(item).value)) {
    list.append(...given.sort((a, b) => Number(place(a).value) - Number(place(b).value)));
  }
  for (const item of items()) {
    const up = make('button', { type: 'button', class: 'button quiet move', 'data-move': '-1', 'aria-label': `Move up: ${name(item)}` }, '↑');
    const down = make('button', { type: 'button', class: 'button quiet move', 'data-move': '1', 'aria-label': `Move down: ${name(item)}` }, '↓');
    place(item).hidden = true;
    item.append(make('span', { class: 'moves' }, up, down));
  }
  edges();
  list.addEventListener('click', (event) => {
    const button = /** @type {HTMLButtonElement | null} */ (/** @type {Element} */ (event.target).closest('[data-move]'));
    const item = button && /** @type {HTMLElement} */ (button.closest('.order-item'));
    if (!button || !item) return;
    const step = Number(button.dataset.move);
    const other = step < 0 ? item.previousElementSibling : item.nextElementSibling;
    if (!other) return;
    if (step < 0) other.before(item);
    else other.after(item);
    items().forEach((each, i) => {
      place(each).value = String(i + 1);
    });
    list.setAttribute('data-answered', '');
    edges();
    if (button.disabled) one('[data-move]:not([disabled])', item)?.focus();
    else button.focus();
    announce(`${name(item)}: place ${items().indexOf(item) + 1} of ${items().length}`);
    changed();
  });
  function edges() {
    items().forEach((item, i, every) => {
      /** @type {HTMLButtonElement} */ (one('[data-move="-1"]', item)).disabled = i === 0;
      /** @type {HTMLButtonElement} */ (one('[data-move="1"]', item)).disabled = i === every.length - 1;
    });
  }
}

/** @param {HTMLElement} question a fieldset */
export function isAnswered(question) {
  const id = question.dataset.question || '';
  const fields = /** @type {(HTMLInputElement | HTMLSelectElement)[]} */ (all('input, select', question));
  switch (question.dataset.type) {
    case 'ordering':
      return fields.every((f) => f.value !== '');
    case 'matching':
      return fields.some((f) => f.value !== '');
    case 'numeric':
    case 'text':
      return fields.some((f) => f.value.trim() !== '');
    default:
      return fields.some((f) => f.name === id && /** @type {HTMLInputElement} */ (f).checked);
  }
}

/** @param {HTMLFormElement} form @param {SubmitEvent} event */
function guardSubmit(form, event) {
  const questions = all('[data-question]', form);
  const open = questions.map((q, i) => ({ q, number: String(i + 1) })).filter(({ q }) => !isAnswered(q));
  const message = one('[data-unanswered]', form);
  const button = one('[data-submit]', form);
  if (open.length && message && button && form.dataset.confirmed === undefined) {
    event.preventDefault();
    event.stopImmediatePropagation();
    form.dataset.confirmed = '';
    const verb = open.length === 1 ? 'is' : 'are';
    message.textContent = `${countWords(open.length, 'question', 'questions')} ${verb} not answered: ${listWords(open.map((o) => o.number))}. They count as wrong. Press again to submit anyway.`;
    button.textContent = 'Submit anyway';
    return;
  }
  if (form.dataset.sent !== undefined) {
    event.preventDefault();
    event.stopImmediatePropagation();
    return;
  }
  form.dataset.sent = '';
}

/** @param {HTMLFormElement} form */
function resetGuard(form) {
  delete form.dataset.confirmed;
  delete form.dataset.sent;
  const message = one('[data-unanswered]', form);
  const button = one('[data-submit]', form);
  if (message) message.textContent = '';
  if (button) button.textContent = 'Submit answers';
}

/** One question at a time, with a map of all. @param {HTMLFormElement} form */
function enhanceOne(form) {
  const items = all('[data-question-item]', form);
  const foot = one('[data-quiz-foot]', form);
  if (items.length < 2 || !foot) return;
  for (const old of all('.question-map, .question-steps', form)) old.remove();
  const map = make('ol', { class: 'question-map', 'aria-label': 'Questions' });
  items.forEach((item, i) => {
    const button = make('button', { type: 'button', class: 'map-item', 'data-at': String(i) }, String(i + 1));
    button.addEventListener('click', () => show(i, true));
    map.append(make('li', {}, button));
  });
  const back = make('button', { type: 'button', class: 'button' }, 'Back');
  const on = make('button', { type: 'button', class: 'button primary' }, 'Next question');
  const steps = make('div', { class: 'question-steps' }, back, on);
  let at = Math.max(0, items.findIndex((item) => !isAnswered(/** @type {HTMLElement} */ (one('[data-question]', item)))));
  back.addEventListener('click', () => show(at - 1, true));
  on.addEventListener('click', () => show(at + 1, true));
  one('[data-questions]', form)?.before(map);
  foot.before(steps);
  show(at, false);

  /** @param {number} to @param {boolean} focus */
  function show(to, focus) {
    at = Math.min(items.length - 1, Math.max(0, to));
    items.forEach((item, i) => {
      item.hidden = i !== at;
    });
    all('[data-at]', map).forEach((button, i) => {
      if (i === at) button.setAttribute('aria-current', 'true');
      else button.removeAttribute('aria-current');
    });
    back.toggleAttribute('disabled', at === 0);
    on.hidden = at === items.length - 1;
    if (foot) foot.hidden = at !== items.length - 1;
    paintMap(form);
    const legend = one('.question-head', items[at]);
    if (focus && legend) {
      focusOn(legend);
      map.scrollIntoView({ block: 'nearest' });
    }
  }
}

/** @param {HTMLFormElement} form */
function paintMap(form) {
  const questions = all('[data-question]', form);
  all('[data-at]', form).forEach((button, i) => {
    const done = questions[i] ? isAnswered(questions[i]) : false;
    button.toggleAttribute('data-answered', done);
    button.setAttribute('aria-label', `Question ${i + 1}, ${done ? 'answered' : 'not answered'}`);
  });
}
