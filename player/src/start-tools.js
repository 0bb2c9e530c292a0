import { all, announce, one } from './dom.js';
import { enhancePicker, matches, showBranches } from './picker.js';
import { copyOnClick, watchBoxes } from './reading.js';
import { enhanceTheme } from './theme.js';
import { enhanceTimes } from './times.js';

/** Tool pages: theme, times, `[data-copy]` buttons, `[data-find]` fields over a table, sortable columns, `/` finds. */
function startTools() {
  enhanceTheme();
  const post = /** @type {HTMLFormElement | null} */ (one('form[data-auto-post]'));
  if (post) return post.submit();
  enhanceTimes(document);
  watchBoxes(all('.table-box, .copy-block pre'));
  for (const button of all('[data-copy]')) {
    button.hidden = false;
    copyOnClick(button, () => {
      const from = button.dataset.copyFrom ? document.getElementById(button.dataset.copyFrom) : null;
      return from ? (from.textContent || '').trim() : button.dataset.copy || '';
    });
  }
  for (const field of all('[data-find]')) enhanceFind(/** @type {HTMLInputElement} */ (field));
  enhancePicker();
  for (const table of all('table[data-sortable]')) enhanceSort(/** @type {HTMLTableElement} */ (table));
  document.addEventListener('keydown', (event) => {
    const typing = /** @type {Element} */ (event.target).closest('input:not([type=checkbox], [type=radio]), textarea, select');
    const field = one('[data-find]');
    if (event.key !== '/' || typing || !field || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    field.focus();
  });
}

/** @param {HTMLInputElement} field */
function enhanceFind(field) {
  const body = document.getElementById(field.dataset.find || '');
  if (!body) return;
  field.addEventListener('input', () => {
    const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const row of all('tbody > tr, [data-find-item]', body)) {
      row.hidden = !matches(row, words);
      if (!row.hidden) shown++;
    }
    shown += showBranches(body, words);
    const none = one('[data-find-none]', body);
    if (none) none.hidden = shown > 0;
    announce(`${shown} found`);
  });
}

/** @param {HTMLTableElement} table */
function enhanceSort(table) {
  const heads = all('thead th', table);
  heads.forEach((head, column) => {
    if (head.dataset.sort === undefined) return;
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'sort';
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener('click', () => {
      const up = head.getAttribute('aria-sort') !== 'ascending';
      for (const other of heads) other.removeAttribute('aria-sort');
      head.setAttribute('aria-sort', up ? 'ascending' : 'descending');
      const body = table.tBodies[0];
      const key = (/** @type {HTMLTableRowElement} */ row) => row.cells[column]?.dataset.value || row.cells[column]?.textContent || '';
      const sorted = [...body.rows].sort((a, b) => key(a).localeCompare(key(b), undefined, { numeric: true }) * (up ? 1 : -1));
      body.append(...sorted);
    });
  });
}

startTools();
