/**
 * An LMS's API object: in this window, the windows around it, or the window that opened it.
 * @typedef {Record<string, (...args: string[]) => unknown>} Api
 */

/**
 * @param {Window} start
 * @param {string} name
 * @returns {Api | null}
 */
export function findApi(start, name) {
  return climb(start, name) || climb(openerOf(start), name) || climb(openerOf(topOf(start)), name);
}

/** @param {Window | null} from @param {string} name @returns {Api | null} */
function climb(from, name) {
  let at = from;
  for (let hops = 0; at && hops < 100; hops++) {
    try {
      const api = /** @type {any} */ (at)[name];
      if (api) return api;
    } catch (foreign) {
      // A page of another site: the LMS may still be around it.
    }
    const parent = parentOf(at);
    if (parent === at) return null;
    at = parent;
  }
  return null;
}

/** @param {Window} at @returns {Window | null} */
function parentOf(at) {
  try {
    return at.parent;
  } catch (refused) {
    return null;
  }
}

/** @param {Window} at @returns {Window | null} */
function topOf(at) {
  try {
    return at.top;
  } catch (refused) {
    return null;
  }
}

/** @param {Window | null} at @returns {Window | null} */
function openerOf(at) {
  try {
    return at && at.opener;
  } catch (refused) {
    return null;
  }
}

/**
 * Calls that never throw. `ok` reads "true" and true alike.
 * @param {Api} api
 * @param {{ initialize: string, finish: string, get: string, set: string, commit: string, error: string }} names
 */
export function guardedApi(api, names) {
  /** @param {string} name @param {string[]} args @returns {unknown} */
  const call = (name, ...args) => {
    try {
      return api[name](...args);
    } catch (broken) {
      return 'false';
    }
  };
  const ok = (/** @type {unknown} */ answer) => String(answer) === 'true';
  return {
    initialize: () => ok(call(names.initialize, '')),
    finish: () => ok(call(names.finish, '')),
    commit: () => ok(call(names.commit, '')),
    /** @param {string} element @returns {string} empty where there is nothing */
    get(element) {
      const value = call(names.get, element);
      return value === null || value === undefined || value === false || value === 'false' ? '' : String(value);
    },
    /** @param {string} element @param {string} value */
    set: (element, value) => ok(call(names.set, element, value)),
    /** @returns {number} */
    error() {
      const code = Number(call(names.error));
      return Number.isFinite(code) ? code : 0;
    },
  };
}
