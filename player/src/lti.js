/** @import { Timers } from './scorm.js' */
/** @import { SaveState } from './types.js' */

const LTI_RETRIES = [1000, 2000, 4000, 8000, 15000, 30000];

/**
 * Small JSON posts to our server. One at a time, the newest of a kind replaces an older one that still waits; what could not be
 * sent is kept in this tab and sent from the next page.
 * @param {object} options
 * @param {string} options.token anti-forgery token of the session
 * @param {(url: string, init: RequestInit) => Promise<{ ok: boolean, status: number, json: () => Promise<any> }>} options.send
 * @param {Pick<Storage, 'getItem' | 'setItem' | 'removeItem'> | null} options.storage
 * @param {string} options.key
 * @param {Timers} options.timers
 * @param {() => number} options.random
 * @param {(state: SaveState) => void} options.tell
 * @param {(answer: any) => void} options.answered
 */
export function createLti({ token, send, storage, key, timers, random, tell, answered }) {
  /** @type {{ slot: string, url: string, body: string }[]} */
  let queue = [];
  let busy = false;
  let tries = 0;
  let timer = 0;
  let ended = false;

  try {
    const left = storage && JSON.parse(storage.getItem(key) || '[]');
    if (Array.isArray(left)) queue = left.filter((item) => typeof item?.url === 'string' && typeof item?.body === 'string');
  } catch (damaged) {
    queue = [];
  }

  function keep() {
    try {
      if (queue.length) storage?.setItem(key, JSON.stringify(queue));
      else storage?.removeItem(key);
    } catch (refused) {
      // This page still holds it.
    }
  }

  /** @param {{ url: string, body: string }} item @param {boolean} keepalive */
  function post(item, keepalive) {
    const headers = { 'Content-Type': 'application/json', 'X-Form-Token': token };
    return send(item.url, { method: 'POST', body: item.body, headers, credentials: 'same-origin', keepalive });
  }

  function later() {
    tell('kept');
    const delay = LTI_RETRIES[Math.min(tries++, LTI_RETRIES.length - 1)];
    timers.cancel(timer);
    timer = timers.after(next, delay * (0.75 + random() / 2));
  }

  async function next() {
    if (busy || ended || !queue.length) return;
    busy = true;
    tell('saving');
    const item = queue[0];
    try {
      const response = await post(item, false);
      busy = false;
      if (response.status === 401 || response.status === 403 || response.status === 410) {
        ended = true;
        tell('ended');
        return;
      }
      if (!response.ok && (response.status >= 500 || response.status === 429 || response.status === 408)) return later();
      // Another refusal stays one: asking again would not change it.
      queue = queue.filter((waiting) => waiting !== item);
      keep();
      tries = 0;
      if (response.ok) answered(await response.json().catch(() => null));
      if (queue.length) return void next();
      tell(response.ok ? 'saved' : 'refused');
    } catch (dropped) {
      busy = false;
      later();
    }
  }

  if (queue.length) timer = timers.after(next, 0);

  return {
    /**
     * @param {string} slot what this replaces
     * @param {string} url
     * @param {unknown} body
     */
    post(slot, url, body) {
      const item = { slot, url, body: JSON.stringify(body) };
      const old = queue.findIndex((waiting, i) => waiting.slot === slot && !(busy && i === 0));
      if (old >= 0) queue[old] = item;
      else queue.push(item);
      keep();
      void next();
    },
    retry() {
      timers.cancel(timer);
      void next();
    },
    /** Whether something waits that this tab alone holds. */
    waiting: () => queue.length > 0,
    /** The page goes: hand over what is left to the browser. */
    leave() {
      if (ended) return;
      for (const item of queue) void post(item, true).catch(() => undefined);
    },
  };
}
