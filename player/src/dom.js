/**
 * @param {string} selector
 * @param {ParentNode} [root]
 * @returns {HTMLElement | null}
 */
export function one(selector, root = document) {
  return /** @type {HTMLElement | null} */ (root.querySelector(selector));
}

/**
 * @param {string} selector
 * @param {ParentNode} [root]
 * @returns {HTMLElement[]}
 */
export function all(selector, root = document) {
  return /** @type {HTMLElement[]} */ ([...root.querySelectorAll(selector)]);
}

/**
 * An element with attributes and children; `html` is the author's, cleaned when the course was built.
 * @param {string} tag
 * @param {Record<string, string | boolean | undefined>} attributes
 * @param {(Node | string)[]} children
 * @returns {HTMLElement}
 */
export function make(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === 'html') element.innerHTML = String(value);
    else if (value === true) element.setAttribute(name, '');
    else if (value !== false && value !== undefined) element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

/**
 * The element whose attribute has this value; the value is not put into a selector.
 * @param {ParentNode} root
 * @param {string} attribute
 * @param {string} value
 */
export function byAttribute(root, attribute, value) {
  return all(`[${attribute}]`, root).find((element) => element.getAttribute(attribute) === value) || null;
}

/** Says something to people who listen. @param {string} text */
export function announce(text) {
  const live = one('[data-live]');
  if (!live) return;
  live.textContent = '';
  setTimeout(() => {
    live.textContent = text;
  }, 60);
}

/**
 * JSON out of a script element.
 * @param {Element | null} element
 * @returns {any}
 */
export function readJson(element) {
  try {
    return element ? JSON.parse(element.textContent || 'null') : null;
  } catch (damaged) {
    return null;
  }
}

/** @param {string} html */
export function plainText(html) {
  const holder = document.createElement('div');
  holder.innerHTML = html;
  for (const note of all('annotation', holder)) note.remove();
  return (holder.textContent || '').replace(/\s+/g, ' ').trim();
}

/** Browser timers in the form that adapters take. */
export function browserTimers() {
  return {
    now: () => Date.now(),
    after: (/** @type {() => void} */ run, /** @type {number} */ delay) => window.setTimeout(run, delay),
    cancel: (/** @type {number} */ timer) => window.clearTimeout(timer),
  };
}
