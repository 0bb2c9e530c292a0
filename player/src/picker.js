import { all, announce, one } from './dom.js';

/** @param {Element} element @param {string[]} words in lower case */
export function matches(element, words) {
  const text = ((one('[data-find-text]', element) || element).textContent || '').toLowerCase();
  return words.every((word) => text.includes(word));
}

/**
 * A branch stands while it, or anything in it, is found; found itself it shows all of it, else it opens.
 * @param {ParentNode} root
 * @param {string[]} words
 * @returns {number} branches found by their own words
 */
export function showBranches(root, words) {
  let found = 0;
  for (const branch of all('[data-find-branch]', root)) {
    const head = one('[data-find-head]', branch);
    const items = all('[data-find-item]', branch);
    const own = head !== null && matches(head, words);
    if (own) for (const item of items) item.hidden = false;
    if (own) found++;
    const within = items.some((item) => !item.hidden);
    branch.hidden = !own && !within;
    const details = /** @type {HTMLDetailsElement | null} */ (one('details', branch));
    if (details && words.length) details.open = within && !own;
  }
  return found;
}

/** The picker of content: says what is chosen, previews without a new page, counts what is graded, keeps times in the reader's zone. */
export function enhancePicker() {
  const picker = /** @type {HTMLFormElement | null} */ (one('form[data-picker]'));
  if (picker) {
    picker.addEventListener('change', () => sayChosen(picker));
    picker.addEventListener('submit', (event) => {
      const button = /** @type {HTMLButtonElement | null} */ (event.submitter);
      const search = button && !button.name && !button.hasAttribute('formaction');
      // The list is filtered already.
      if (search || !button) return void event.preventDefault();
      if (button.name !== 'show') return;
      event.preventDefault();
      const address = `${picker.action}?${new URLSearchParams(/** @type {any} */ (new FormData(picker, button)))}`;
      preview(address).catch(() => window.location.assign(address));
    });
    sayChosen(picker);
  }
  const links = /** @type {HTMLFormElement | null} */ (one('form[data-links]'));
  if (!links) return;
  const count = one('[data-graded-count]');
  links.addEventListener('change', () => {
    if (count) count.textContent = `${all('[data-graded]:checked', links).length} graded`;
  });
  localTimes(links);
}

/** @param {HTMLFormElement} picker */
function sayChosen(picker) {
  const said = one('[data-chosen]', picker);
  if (!said) return;
  const titles = all('.tree input:checked', picker).map((input) => one('.tree-title', /** @type {Element} */ (input.closest('label')))?.textContent || '');
  const quoted = titles.slice(0, 3).map((title) => `\u201c${title}\u201d`);
  const more = titles.length - quoted.length;
  const names = more > 0 ? `${quoted.join(', ')} and ${more} more` : quoted.join(', ').replace(/, (?=\u201c[^\u201c]*$)/, ' and ');
  const text = titles.length ? `${titles.length} chosen: ${names}.` : 'Nothing chosen yet.';
  if (said.textContent !== text) {
    said.textContent = text;
    announce(text);
  }
}

/** @param {string} address */
async function preview(address) {
  const answer = await window.fetch(address, { credentials: 'same-origin' });
  const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
  const [shown, here] = [page.getElementById('preview'), document.getElementById('preview')];
  if (!answer.ok || !shown || !here) throw new Error('no preview');
  here.replaceChildren(...shown.childNodes);
  here.scrollTop = 0;
  const heading = one('h2', here);
  heading?.focus();
}

/** The server speaks UTC; people see and type their own time. @param {HTMLFormElement} form */
function localTimes(form) {
  const zone = one('[data-zone]', form);
  const fields = /** @type {HTMLInputElement[]} */ (all('[data-utc]', form));
  if (!zone || !fields.length) return;
  for (const field of fields) if (field.value) field.value = inputValue(new Date(`${field.value}Z`), true);
  zone.textContent = `your own time zone (${Intl.DateTimeFormat().resolvedOptions().timeZone})`;
  form.addEventListener('formdata', (event) => {
    for (const field of fields) if (field.value) event.formData.set(field.name, inputValue(new Date(field.value), false));
  });
}

/** `2026-12-01T08:00`. @param {Date} date @param {boolean} local */
export function inputValue(date, local) {
  const shifted = local ? new Date(date.getTime() - date.getTimezoneOffset() * 60_000) : date;
  return shifted.toISOString().slice(0, 16);
}
