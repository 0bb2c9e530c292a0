import { DIALECT12, interactionsOf } from './interactions.js';
/** @import { Version } from './scorm.js' */

/** @param {number} value */
function two(value) {
  return String(value).padStart(2, '0');
}

/**
 * `HHHH:MM:SS.SS`
 * @param {number} milliseconds
 */
export function timespan12(milliseconds) {
  const hundredths = Math.max(0, Math.floor(milliseconds / 10));
  const seconds = Math.floor(hundredths / 100);
  const hours = Math.min(9999, Math.floor(seconds / 3600));
  return `${String(hours).padStart(4, '0')}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}.${two(hundredths % 100)}`;
}

/** @param {number} value at most two decimals */
export function decimal2(value) {
  return String(Math.round(value * 100) / 100);
}

/**
 * SCORM 1.2. `finish` is what completion is called: `completed`, or `passed` with its other half `failed`.
 * @param {'completed' | 'passed'} finish
 * @returns {Version}
 */
export function scorm12(finish) {
  let already = '';
  let scoreParts = /** @type {string | null} */ (null);
  return {
    names: {
      initialize: 'LMSInitialize',
      finish: 'LMSFinish',
      get: 'LMSGetValue',
      set: 'LMSSetValue',
      commit: 'LMSCommit',
      error: 'LMSGetLastError',
    },
    open(api) {
      // lesson_mode is optional: asked for only where it is there.
      const mode = api.get('cmi.core._children').includes('lesson_mode') ? api.get('cmi.core.lesson_mode') : 'normal';
      already = api.get('cmi.core.lesson_status');
      return { mode, saved: api.get('cmi.suspend_data'), fresh: !['incomplete', 'completed', 'passed', 'failed'].includes(already) };
    },
    first: [['cmi.core.lesson_status', 'incomplete']],
    always: [['cmi.core.exit', 'suspend']],
    writes(snapshot, api) {
      const writes = /** @type {[string, string][]} */ ([['cmi.suspend_data', snapshot.suspend]]);
      if (snapshot.place !== null) writes.push(['cmi.core.lesson_location', snapshot.place.slice(0, 255)]);
      if (snapshot.score !== null) {
        if (scoreParts === null) scoreParts = api.get('cmi.core.score._children');
        writes.push(['cmi.core.score.raw', decimal2(snapshot.score)]);
        if (scoreParts.includes('min')) writes.push(['cmi.core.score.min', '0']);
        if (scoreParts.includes('max')) writes.push(['cmi.core.score.max', '100']);
      }
      if (snapshot.complete) {
        writes.push(['cmi.core.lesson_status', finish === 'completed' ? 'completed' : snapshot.success === false ? 'failed' : 'passed']);
      }
      return writes;
    },
    interactions: (graded) => interactionsOf(graded, DIALECT12),
    interaction(i, path, now) {
      const writes = /** @type {[string, string][]} */ ([
        [path + 'id', i.id],
        [path + 'type', i.type],
        [path + 'time', `${two(now.getHours())}:${two(now.getMinutes())}:${two(now.getSeconds())}`],
        [path + 'weighting', decimal2(Math.min(100, i.weighting))],
      ]);
      i.patterns.forEach((pattern, n) => writes.push([`${path}correct_responses.${n}.pattern`, pattern.slice(0, 255)]));
      if (i.response !== null) writes.push([path + 'student_response', i.response.slice(0, 255)]);
      writes.push([path + 'result', i.result]);
      return writes;
    },
    time: (milliseconds) => ['cmi.core.session_time', timespan12(milliseconds)],
  };
}
