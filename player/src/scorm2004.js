import { DIALECT2004, interactionsOf } from './interactions.js';
import { decimal2 } from './scorm12.js';
/** @import { Version } from './scorm.js' */

/**
 * `PT12.34S`: at most two decimals.
 * @param {number} milliseconds
 */
export function duration2004(milliseconds) {
  return `PT${decimal2(Math.max(0, Math.floor(milliseconds / 10)) / 100)}S`;
}

/**
 * Hundredths and `Z`: neither whole seconds nor milliseconds are taken everywhere.
 * @param {Date} date
 */
export function timestamp2004(date) {
  return date.toISOString().replace(/(\.\d\d)\dZ$/, '$1Z');
}

/** @param {number} value 0 to 1 */
function decimal4(value) {
  return String(Math.floor(value * 10000 + 1e-6) / 10000);
}

/** SCORM 2004.
 * @returns {Version}
 */
export function scorm2004() {
  return {
    names: {
      initialize: 'Initialize',
      finish: 'Terminate',
      get: 'GetValue',
      set: 'SetValue',
      commit: 'Commit',
      error: 'GetLastError',
    },
    open(api) {
      const mode = api.get('cmi.mode');
      const status = api.get('cmi.completion_status');
      // On a first entry suspend_data has no value yet, and asking for it is an error.
      const saved = api.get('cmi.entry') === 'ab-initio' ? '' : api.get('cmi.suspend_data');
      return { mode, saved, fresh: status !== 'incomplete' && status !== 'completed' };
    },
    first: [['cmi.completion_status', 'incomplete']],
    always: [['cmi.exit', 'suspend']],
    writes(snapshot) {
      const writes = /** @type {[string, string][]} */ ([['cmi.suspend_data', snapshot.suspend]]);
      if (snapshot.place !== null) writes.push(['cmi.location', snapshot.place.slice(0, 1000)]);
      writes.push(['cmi.progress_measure', decimal4(snapshot.progress)]);
      if (snapshot.score !== null) {
        writes.push(['cmi.score.raw', decimal2(snapshot.score)], ['cmi.score.min', '0'], ['cmi.score.max', '100']);
        writes.push(['cmi.score.scaled', decimal4(snapshot.score / 100)]);
      }
      if (snapshot.success !== null) writes.push(['cmi.success_status', snapshot.success ? 'passed' : 'failed']);
      if (snapshot.complete) writes.push(['cmi.completion_status', 'completed']);
      return writes;
    },
    interactions: (graded) => interactionsOf(graded, DIALECT2004),
    interaction(i, path, now) {
      const writes = /** @type {[string, string][]} */ ([
        [path + 'id', i.id],
        [path + 'type', i.type],
        [path + 'timestamp', timestamp2004(now)],
        [path + 'weighting', decimal2(i.weighting)],
      ]);
      if (i.description) writes.push([path + 'description', i.description]);
      i.patterns.forEach((pattern, n) => writes.push([`${path}correct_responses.${n}.pattern`, pattern]));
      if (i.response !== null) writes.push([path + 'learner_response', i.response]);
      writes.push([path + 'result', i.result]);
      return writes;
    },
    time: (milliseconds) => ['cmi.session_time', duration2004(milliseconds)],
  };
}
