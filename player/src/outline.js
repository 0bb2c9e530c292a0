import { all, byAttribute, one } from './dom.js';
import { focusOn } from './pages.js';

/** The contents: beside the page on wide screens, a sheet from the bottom on narrow ones. */
export function enhanceOutline() {
  const outline = one('#outline');
  if (!outline) return;
  const opener = one('[data-open="outline"]');
  const wide = window.matchMedia('(min-width: 58rem)');

  /** @param {boolean} open @param {boolean} focus */
  function set(open, focus) {
    outline?.toggleAttribute('data-shown', open);
    opener?.setAttribute('aria-expanded', String(open));
    document.documentElement.toggleAttribute('data-sheet', open && !wide.matches);
    if (!focus) return;
    const first = one('[aria-current="page"]', outline || document) || one('a[href]', outline || document);
    if (open && first) first.focus();
    else if (!open) opener?.focus();
  }

  opener?.setAttribute('role', 'button');
  opener?.setAttribute('aria-expanded', 'false');
  opener?.setAttribute('aria-controls', 'outline');
  opener?.addEventListener('click', (event) => {
    event.preventDefault();
    set(!outline.hasAttribute('data-shown'), true);
  });
  opener?.addEventListener('keydown', (event) => {
    if (event.key !== ' ') return;
    event.preventDefault();
    set(!outline.hasAttribute('data-shown'), true);
  });
  one('[data-close="outline"]')?.addEventListener('click', (event) => {
    event.preventDefault();
    set(false, true);
  });
  outline.addEventListener('click', (event) => {
    if (/** @type {Element} */ (event.target).closest('[data-entry]')) set(false, false);
  });
  document.addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && outline.hasAttribute('data-shown') && !wide.matches) set(false, true);
  });
  document.addEventListener('click', (event) => {
    const at = /** @type {Element} */ (event.target);
    if (outline.hasAttribute('data-shown') && !wide.matches && !outline.contains(at) && !opener?.contains(at)) set(false, false);
  });
  one('.skip')?.addEventListener('click', (event) => {
    const main = one('#main');
    if (!main) return;
    event.preventDefault();
    focusOn(main);
    main.scrollIntoView();
  });
}

/**
 * @param {string} id
 * @param {boolean} done
 */
export function markEntry(id, done) {
  const entry = byAttribute(document, 'data-entry', id);
  if (!entry) return;
  entry.classList.toggle('done', done);
  const word = one('[data-mark]', entry);
  if (word) word.textContent = done ? (entry.classList.contains('entry-quiz') ? 'done' : 'read') : '';
  const module = entry.closest('[data-module]');
  const count = module && one('[data-module-count]', module);
  if (module && count) {
    const counted = all('.entry-lesson, .entry-quiz', module);
    count.textContent = `${counted.filter((e) => e.classList.contains('done')).length}/${counted.length}`;
  }
}

/** @param {number} done @param {number} total */
export function showProgress(done, total) {
  const bar = /** @type {HTMLProgressElement | null} */ (one('[data-progress]'));
  const text = one('[data-progress-text]');
  if (bar) {
    bar.max = Math.max(1, total);
    bar.value = done;
  }
  if (text) text.textContent = `${done} of ${total}`;
}
