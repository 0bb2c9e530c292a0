import { guardedApi } from './scorm-api.js';
/** @import { Api } from './scorm-api.js' */
/** @import { Interaction } from './interactions.js' */
/** @import { Graded, Snapshot } from './session.js' */
/** @import { SaveState } from './types.js' */

/**
 * What the two SCORM versions have in common: open once, write only what changed, one Commit a burst, close once.
 * @typedef {ReturnType<typeof guardedApi>} Guarded
 * @typedef {[string, string]} Write
 * @typedef {object} Version
 * @property {Parameters<typeof guardedApi>[1]} names
 * @property {(api: Guarded) => { mode: string, saved: string, fresh: boolean }} open reads what an earlier session left
 * @property {Write[]} first written at the first start
 * @property {Write[]} always written at every start
 * @property {(snapshot: Snapshot, api: Guarded) => Write[]} writes
 * @property {(graded: Graded) => Interaction[]} interactions
 * @property {(interaction: Interaction, path: string, now: Date) => Write[]} interaction
 * @property {(milliseconds: number) => Write} time
 * @typedef {object} Timers
 * @property {() => number} now milliseconds
 * @property {(run: () => void, delay: number) => number} after
 * @property {(timer: number) => void} cancel
 */

export const BURST = 400;
const RETRIES = [2000, 4000, 8000, 15000, 30000, 60000];

/**
 * @param {Version} version
 * @param {Api} api
 * @param {Timers} timers
 * @param {(state: SaveState) => void} tell
 */
export function createScorm(version, api, timers, tell) {
  const lms = guardedApi(api, version.names);
  const opened = timers.now();
  const sent = /** @type {Map<string, string>} */ (new Map());
  let live = false;
  let writing = false;
  let closed = false;
  let latest = /** @type {Snapshot | null} */ (null);
  let extra = /** @type {Write[]} */ ([]);
  let nextInteraction = -1;
  let uncommitted = false;
  let tries = 0;
  let timer = 0;

  /** @param {Write} write @returns {boolean} false only when it is worth trying again */
  function put([element, value]) {
    if (sent.get(element) === value) return true;
    if (lms.set(element, value)) {
      uncommitted = true;
      sent.set(element, value);
      return true;
    }
    // 201 and 4xx: this LMS does not take this value; asking again would only fill its log.
    const code = lms.error();
    const refused = code === 201 || code >= 400;
    if (refused) sent.set(element, value);
    return refused;
  }

  function flush() {
    timers.cancel(timer);
    timer = 0;
    if (!writing || closed) return;
    let ok = true;
    if (latest) for (const write of version.writes(latest, lms)) ok = put(write) && ok;
    // In order: what depends on a value that did not get through waits with it.
    while (ok && extra.length && put(extra[0])) extra.shift();
    ok = ok && extra.length === 0;
    if (uncommitted) {
      if (lms.commit()) uncommitted = false;
      else ok = false;
    }
    if (ok) {
      tries = 0;
      tell('saved');
    } else {
      tell('kept');
      timer = timers.after(flush, RETRIES[Math.min(tries++, RETRIES.length - 1)]);
    }
  }

  return {
    /** @returns {{ mode: 'normal' | 'review', saved: string } | null} null when the LMS does not answer */
    start() {
      live = lms.initialize();
      if (!live) {
        tell('off');
        return null;
      }
      const { mode, saved, fresh } = version.open(lms);
      if (mode === 'review' || mode === 'browse') {
        tell('review');
        return { mode: 'review', saved };
      }
      writing = true;
      // Set at once, so that nothing that happens later can lose the state; committed together with the first visit.
      for (const write of fresh ? [...version.first, ...version.always] : version.always) put(write);
      timer = timers.after(flush, BURST);
      return { mode: 'normal', saved };
    },
    /** @param {Snapshot} snapshot @param {boolean} urgent */
    change(snapshot, urgent) {
      if (!writing || closed) return;
      latest = snapshot;
      tell('saving');
      timers.cancel(timer);
      timer = timers.after(flush, urgent ? 0 : BURST);
    },
    /** @param {Graded} graded */
    graded(graded) {
      if (!writing || closed) return;
      if (nextInteraction < 0) {
        const count = lms.get('cmi.interactions._count');
        nextInteraction = /^[0-9]+$/.test(count) ? Number(count) : -1;
      }
      // An LMS without interactions says nothing here; the score does not depend on them.
      if (nextInteraction < 0) return;
      for (const interaction of version.interactions(graded)) {
        extra.push(...version.interaction(interaction, `cmi.interactions.${nextInteraction++}.`, new Date(timers.now())));
      }
    },
    /** The page is out of sight and may never come back. */
    hide() {
      if (!writing || closed) return;
      extra.push(version.time(timers.now() - opened));
      flush();
    },
    retry() {
      if (timer && tries) flush();
    },
    /** The last call, once. */
    finish() {
      if (!live || closed) return;
      this.hide();
      closed = true;
      timers.cancel(timer);
      lms.finish();
    },
  };
}
