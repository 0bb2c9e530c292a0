// Two small LMS APIs that refuse what the strictest real ones refuse, and a clock that tests move by hand.

/** @typedef {{ element: string, value: string, code: number }} Refusal */

const short = (/** @type {number} */ max) => (/** @type {string} */ v) => v.length <= max;
const oneOf = (/** @type {string[]} */ ...words) => (/** @type {string} */ v) => words.includes(v);
const match = (/** @type {RegExp} */ pattern) => (/** @type {string} */ v) => pattern.test(v);
const ascii = (/** @type {number} */ max) => (/** @type {string} */ v) => v.length <= max && /^[\x20-\x7e]*$/.test(v);
const percent = (/** @type {string} */ v) => /^\d{1,3}(\.\d{1,2})?$/.test(v) && Number(v) <= 100;

const RULES12 = /** @type {[RegExp, (v: string) => boolean][]} */ ([
  [/^cmi\.core\.lesson_status$/, oneOf('passed', 'completed', 'failed', 'incomplete', 'browsed')],
  [/^cmi\.core\.exit$/, oneOf('time-out', 'suspend', 'logout', '')],
  [/^cmi\.core\.lesson_location$/, short(255)],
  [/^cmi\.core\.score\.(raw|min|max)$/, percent],
  [/^cmi\.core\.session_time$/, match(/^\d{2,4}:[0-5]\d:[0-5]\d(\.\d{1,2})?$/)],
  [/^cmi\.suspend_data$/, ascii(4096)],
  [/^cmi\.interactions\.\d+\.id$/, match(/^[\x21-\x7e]{1,255}$/)],
  [/^cmi\.interactions\.\d+\.type$/, oneOf('true-false', 'choice', 'fill-in', 'matching', 'performance', 'sequencing', 'likert', 'numeric')],
  [/^cmi\.interactions\.\d+\.time$/, match(/^([01]\d|2[0-3]):[0-5]\d:[0-5]\d$/)],
  [/^cmi\.interactions\.\d+\.weighting$/, match(/^-?\d{1,3}(\.\d+)?$/)],
  [/^cmi\.interactions\.\d+\.result$/, match(/^(correct|wrong|unanticipated|neutral|\d+(\.\d+)?)$/)],
]);
const FORMS12 = /** @type {Record<string, RegExp>} */ ({
  'true-false': /^[tf01]$/,
  choice: /^([a-z0-9]|\{[a-z0-9](,[a-z0-9])*\})$/,
  matching: /^([a-z0-9]\.[a-z0-9](,[a-z0-9]\.[a-z0-9])*)?$/,
  sequencing: /^[a-z0-9](,[a-z0-9])*$/,
  numeric: /^-?\d+(\.\d+)?$/,
  'fill-in': /^.{0,255}$/,
});

const real = '-?\\d{1,5}(\\.\\d{1,18})?';
const idText = '[A-Za-z0-9_.]+';
const RULES2004 = /** @type {[RegExp, (v: string) => boolean][]} */ ([
  [/^cmi\.completion_status$/, oneOf('completed', 'incomplete', 'not attempted', 'unknown')],
  [/^cmi\.success_status$/, oneOf('passed', 'failed', 'unknown')],
  [/^cmi\.exit$/, oneOf('time-out', 'suspend', 'logout', 'normal', '')],
  [/^cmi\.location$/, short(1000)],
  [/^cmi\.progress_measure$/, (v) => /^\d(\.\d{1,7})?$/.test(v) && Number(v) <= 1],
  [/^cmi\.score\.(raw|min|max)$/, match(new RegExp(`^${real}$`))],
  [/^cmi\.score\.scaled$/, (v) => /^-?[01](\.\d{1,7})?$/.test(v) && Math.abs(Number(v)) <= 1],
  [/^cmi\.session_time$/, match(/^P(T(\d+H)?(\d+M)?(\d+(\.\d{1,2})?S)?)$/)],
  [/^cmi\.suspend_data$/, ascii(4096)],
  [/^cmi\.interactions\.\d+\.id$/, match(/^\S*[A-Za-z0-9]$/)],
  [/^cmi\.interactions\.\d+\.type$/, oneOf('true-false', 'choice', 'fill-in', 'long-fill-in', 'matching', 'performance', 'sequencing', 'likert', 'numeric', 'other')],
  [/^cmi\.interactions\.\d+\.timestamp$/, match(/^(19[7-9]\d|20[0-3]\d)-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,2}(Z|[+-]\d\d:\d\d)?)?$/)],
  [/^cmi\.interactions\.\d+\.weighting$/, match(new RegExp(`^${real}$`))],
  [/^cmi\.interactions\.\d+\.description$/, short(250)],
  [/^cmi\.interactions\.\d+\.result$/, match(new RegExp(`^(correct|incorrect|unanticipated|neutral|${real})$`))],
]);
const FORMS2004 = /** @type {Record<string, RegExp>} */ ({
  'true-false': /^(true|false)$/,
  choice: new RegExp(`^(${idText}(\\[,\\]${idText}){0,35})?$`),
  matching: new RegExp(`^(${idText}\\[\\.\\]${idText}(\\[,\\]${idText}\\[\\.\\]${idText}){0,35})?$`),
  sequencing: new RegExp(`^${idText}(\\[,\\]${idText}){0,35}$`),
  numeric: new RegExp(`^${real}$`),
  'fill-in': /^(?!\{(?!lang=))[^[\]]{0,250}$/,
});
const RANGE2004 = new RegExp(`^(${real})?\\[:\\](${real})?$`);

/**
 * @param {object} version
 * @param {Record<string, string>} version.names
 * @param {[RegExp, (v: string) => boolean][]} version.rules
 * @param {Record<string, RegExp>} version.forms
 * @param {string} version.response
 * @param {(type: string) => RegExp | undefined} version.pattern
 * @param {(element: string, data: Map<string, string>) => { value: string, code: number }} version.read
 * @param {number} version.bad
 */
function fakeApi(version) {
  const data = /** @type {Map<string, string>} */ (new Map());
  const log = /** @type {string[]} */ ([]);
  const refusals = /** @type {Refusal[]} */ ([]);
  let state = 'new';
  let code = 0;
  let committed = /** @type {Map<string, string>} */ (new Map());
  const control = { down: false, throws: false, refuse: /** @type {string[]} */ ([]) };
  const end = (/** @type {number} */ c, answer = 'false') => {
    code = c;
    return answer;
  };
  const guard = (/** @type {() => string} */ run) => () => {
    if (control.throws) throw new TypeError('the LMS broke');
    return run();
  };
  /** @param {string} element @param {string} value */
  function check(element, value) {
    if (control.refuse.includes(element)) return 401;
    const part = element.match(/^(cmi\.interactions\.(\d+)\.)(.+)$/);
    if (part) {
      const count = Number(version.read('cmi.interactions._count', data).value);
      if (Number(part[2]) > count) return version.bad === 405 ? 201 : 351;
      if (part[3] !== 'id' && !data.has(part[1] + 'id')) return 408;
      const type = data.get(part[1] + 'type') || '';
      if (part[3] === version.response || /^correct_responses\.\d\.pattern$/.test(part[3])) {
        const form = (part[3] !== version.response && version.pattern(type)) || version.forms[type];
        if (!form) return 408;
        return form.test(value) ? 0 : version.bad;
      }
    }
    const rule = version.rules.find(([pattern]) => pattern.test(element));
    if (!rule) return 401;
    return rule[1](value) ? 0 : version.bad;
  }
  const api = {
    [version.names.initialize]: (/** @type {string} */ argument) =>
      guard(() => {
        log.push('initialize');
        if (argument !== '' || state !== 'new' || control.down) return end(argument !== '' ? 201 : 101);
        state = 'open';
        return end(0, 'true');
      })(),
    [version.names.finish]: (/** @type {string} */ argument) =>
      guard(() => {
        log.push('finish');
        if (argument !== '' || state !== 'open') return end(301);
        state = 'closed';
        committed = new Map(data);
        return end(0, 'true');
      })(),
    [version.names.commit]: (/** @type {string} */ argument) =>
      guard(() => {
        log.push('commit');
        if (argument !== '' || state !== 'open') return end(301);
        if (control.down) return end(101);
        committed = new Map(data);
        return end(0, 'true');
      })(),
    [version.names.get]: (/** @type {string} */ element) =>
      guard(() => {
        log.push(`get ${element}`);
        if (state !== 'open') return end(301, '');
        const { value, code: c } = version.read(element, data);
        if (c) refusals.push({ element, value: '(get)', code: c });
        return end(c, value);
      })(),
    [version.names.set]: (/** @type {string} */ element, /** @type {string} */ value) =>
      guard(() => {
        log.push(`set ${element}`);
        if (state !== 'open') return end(301);
        if (typeof value !== 'string') throw new TypeError(`${element} is a ${typeof value}`);
        const c = check(element, value);
        if (c) {
          refusals.push({ element, value, code: c });
          return end(c);
        }
        data.set(element, value);
        return end(0, 'true');
      })(),
    [version.names.error]: () => guard(() => String(code))(),
  };
  return {
    api,
    data,
    log,
    refusals,
    control,
    saved: () => committed,
    closed: () => state === 'closed',
    /** What the next launch finds. */
    reopen() {
      for (const key of [...data.keys()]) if (!committed.has(key)) data.delete(key);
      for (const [key, value] of committed) data.set(key, value);
      state = 'new';
      log.length = 0;
    },
    count: (/** @type {string} */ what) => log.filter((line) => line.startsWith(what)).length,
  };
}

/** @param {Map<string, string>} data */
function interactionCount(data) {
  return String(new Set([...data.keys()].map((k) => /^cmi\.interactions\.(\d+)\./.exec(k)?.[1]).filter(Boolean)).size);
}

/** @param {{ mode?: string }} [options] */
export function fakeApi12({ mode = 'normal' } = {}) {
  return fakeApi({
    names: { initialize: 'LMSInitialize', finish: 'LMSFinish', get: 'LMSGetValue', set: 'LMSSetValue', commit: 'LMSCommit', error: 'LMSGetLastError' },
    rules: RULES12,
    forms: FORMS12,
    response: 'student_response',
    pattern: () => undefined,
    bad: 405,
    read(element, data) {
      const fixed = /** @type {Record<string, string>} */ ({
        'cmi.core._children': 'student_id,student_name,lesson_location,credit,lesson_status,entry,score,total_time,lesson_mode,exit,session_time',
        'cmi.core.score._children': 'raw,min,max',
        'cmi.core.lesson_mode': mode,
        'cmi.interactions._count': interactionCount(data),
      });
      if (element in fixed) return { value: fixed[element], code: 0 };
      if (element === 'cmi.core.lesson_status') return { value: data.get(element) || 'not attempted', code: 0 };
      return RULES12.some(([p]) => p.test(element)) && !element.startsWith('cmi.interactions') ? { value: data.get(element) || '', code: 0 } : { value: '', code: 401 };
    },
  });
}

/** @param {{ mode?: string }} [options] */
export function fakeApi2004({ mode = 'normal' } = {}) {
  return fakeApi({
    names: { initialize: 'Initialize', finish: 'Terminate', get: 'GetValue', set: 'SetValue', commit: 'Commit', error: 'GetLastError' },
    rules: RULES2004,
    forms: FORMS2004,
    response: 'learner_response',
    pattern: (type) => (type === 'numeric' ? RANGE2004 : undefined),
    bad: 406,
    read(element, data) {
      if (element === 'cmi.mode') return { value: mode, code: 0 };
      if (element === 'cmi.entry') return { value: data.get('cmi.exit') === 'suspend' && data.has('cmi.session_time') ? 'resume' : 'ab-initio', code: 0 };
      if (element === 'cmi.completion_status') return { value: data.get(element) || 'unknown', code: 0 };
      if (element === 'cmi.interactions._count') return { value: interactionCount(data), code: 0 };
      const value = data.get(element);
      return value === undefined ? { value: '', code: 403 } : { value, code: 0 };
    },
  });
}

/** Timers that run when a test says so. */
export function fakeTimers(start = Date.UTC(2026, 10, 23, 10, 0, 5)) {
  let now = start;
  let next = 1;
  const waiting = /** @type {Map<number, { at: number, run: () => void }>} */ (new Map());
  return {
    now: () => now,
    after(/** @type {() => void} */ run, /** @type {number} */ delay) {
      waiting.set(next, { at: now + delay, run });
      return next++;
    },
    cancel(/** @type {number} */ timer) {
      waiting.delete(timer);
    },
    pass(/** @type {number} */ ms) {
      const end = now + ms;
      for (;;) {
        const due = [...waiting].filter(([, t]) => t.at <= end).sort((a, b) => a[1].at - b[1].at)[0];
        if (!due) break;
        waiting.delete(due[0]);
        now = Math.max(now, due[1].at);
        due[1].run();
      }
      now = end;
    },
    waiting: () => waiting.size,
  };
}
