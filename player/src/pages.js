import { all, byAttribute, one } from './dom.js';

/**
 * One page at a time out of a document that holds them all. Addresses are `#<page id>` and `#<id of something on a page>`.
 * @param {string} start page id
 * @param {(page: string) => void} shown
 */
export function createPages(start, shown) {
  const pages = all('[data-page]');
  const title = document.title;
  let current = '';

  /** @param {string} id @returns {{ page: HTMLElement, target: HTMLElement } | null} */
  function find(id) {
    const target = id ? document.getElementById(id) : null;
    const page = target && /** @type {HTMLElement | null} */ (target.closest('[data-page]'));
    return target && page ? { page, target } : null;
  }

  /** @param {string} id @param {boolean} focus */
  function show(id, focus) {
    const found = find(id) || find(start);
    if (!found) return;
    const { page, target } = found;
    const name = page.dataset.page || '';
    const moved = name !== current;
    current = name;
    for (const other of pages) other.toggleAttribute('data-current', other === page);
    for (const entry of all('[data-entry]')) {
      if (entry.dataset.entry === name) {
        entry.setAttribute('aria-current', 'page');
        const module = entry.closest('details');
        if (module) module.open = true;
      } else entry.removeAttribute('aria-current');
    }
    const heading = one('h1', page);
    document.title = name === start || !heading ? title : `${heading.textContent} · ${title}`;
    if (moved) shown(name);
    if (target !== page) {
      const fold = target.closest('details');
      if (fold) fold.open = true;
      target.scrollIntoView();
      if (focus) focusOn(target);
    } else if (moved) {
      window.scrollTo(0, 0);
      if (focus && heading) heading.focus({ preventScroll: true });
    }
  }

  window.addEventListener('hashchange', () => show(here(), true));
  return {
    show,
    ids: () => pages.map((page) => page.dataset.page || ''),
    current: () => current,
    /** @param {string} id */
    element: (id) => byAttribute(document, 'data-page', id),
    /** @param {string} id */
    go(id) {
      if (here() === id) show(id, true);
      else window.location.hash = id;
    },
  };
}

/** The address's fragment. */
export function here() {
  try {
    return decodeURIComponent(window.location.hash.slice(1));
  } catch (malformed) {
    return '';
  }
}

/** @param {HTMLElement} element */
export function focusOn(element) {
  if (!element.matches('a[href], button, input, select, textarea, summary, [tabindex]')) element.setAttribute('tabindex', '-1');
  element.focus({ preventScroll: true });
}
