import { all, announce, make, one } from './dom.js';

const READ_AFTER = 10000;

/** Copy buttons, and boxes that scroll made reachable by keyboard. @param {ParentNode} root */
export function enhanceReading(root) {
  for (const pre of all('.prose figure.code > pre, .cell-in > pre', root)) addCopy(pre);
  const boxes = all('.table-scroll, .prose pre, .math-block', root);
  // A formula cannot be broken: on a narrow screen the text around it scrolls.
  for (const formula of all('math', root)) {
    const box = /** @type {HTMLElement | null} */ (formula.closest('.option-text, p, li, td'));
    if (box) boxes.push(box);
  }
  watchBoxes(boxes);
}

/** A box is a stop for the keyboard while there is something to scroll in it. @param {HTMLElement[]} boxes */
export function watchBoxes(boxes) {
  if (!('ResizeObserver' in window)) return;
  const sizes = new ResizeObserver((entries) => {
    for (const { target } of entries) {
      const box = /** @type {HTMLElement} */ (target);
      const scrolls = box.clientWidth > 0 && (box.scrollWidth > box.clientWidth + 1 || box.scrollHeight > box.clientHeight + 1);
      box.toggleAttribute('data-scrolls', scrolls);
      if (scrolls) box.tabIndex = 0;
      else box.removeAttribute('tabindex');
    }
  });
  for (const box of boxes) sizes.observe(box);
}

/** @param {HTMLElement} pre */
function addCopy(pre) {
  const button = make('button', { type: 'button', class: 'copy button quiet' }, 'Copy');
  copyOnClick(button, () => pre.textContent || '');
  pre.parentElement?.append(button);
}

/** @param {HTMLElement} button @param {() => string} text */
export function copyOnClick(button, text) {
  const word = button.textContent || 'Copy';
  button.addEventListener('click', () => {
    copyText(text()).then(
      () => said('Copied'),
      () => said('Select and copy'),
    );
  });
  /** @param {string} what */
  function said(what) {
    button.textContent = what;
    announce(what);
    setTimeout(() => {
      button.textContent = word;
    }, 2000);
  }
}

/** The clipboard may be refused inside a frame; an old way still works there. @param {string} text @returns {Promise<void>} */
async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch (refused) {
    const field = /** @type {HTMLTextAreaElement} */ (make('textarea', { class: 'sr', 'aria-hidden': 'true' }));
    const before = /** @type {HTMLElement | null} */ (document.activeElement);
    field.value = text;
    document.body.append(field);
    field.select();
    const done = document.execCommand('copy');
    field.remove();
    before?.focus();
    if (!done) throw refused;
  }
}

/**
 * Calls back when the end of a page was in sight and the page was open for ten seconds: that is what counts as read.
 * @param {HTMLElement} page
 * @param {() => void} reached
 * @returns {() => void} stops watching
 */
export function watchEnd(page, reached) {
  const foot = one('[data-foot]', page);
  if (!foot || !('IntersectionObserver' in window)) return () => undefined;
  let open = 0;
  let seen = false;
  const watcher = new IntersectionObserver((entries) => {
    seen = seen || entries.some((entry) => entry.isIntersecting);
    check();
  });
  const clock = window.setInterval(() => {
    if (document.visibilityState === 'visible') open += 1000;
    check();
  }, 1000);
  function check() {
    if (!seen || open < READ_AFTER) return;
    stop();
    reached();
  }
  function stop() {
    watcher.disconnect();
    window.clearInterval(clock);
  }
  watcher.observe(foot);
  return stop;
}
