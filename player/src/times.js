import { all } from './dom.js';

const DAY = { day: 'numeric', month: 'short', year: 'numeric' };
const CLOCK = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' };

/**
 * A moment in a time zone: as a day, as day and time, and in full with the zone's name.
 * @param {number} ms
 * @param {string} [zone] IANA name; the reader's own without
 */
export function tellTime(ms, zone) {
  /** @param {object} options */
  const format = (options) => new Intl.DateTimeFormat('en-GB', { ...options, timeZone: zone });
  /** @param {object} options */
  const say = (options) => format(options).format(ms);
  const clock = say(CLOCK);
  const name = format({}).resolvedOptions().timeZone;
  const short = format({ timeZoneName: 'short' }).formatToParts(ms).find((part) => part.type === 'timeZoneName')?.value || name;
  return {
    day: say(DAY),
    moment: `${say({ ...DAY, month: 'long' })}, ${clock}`,
    full: `${say({ ...DAY, month: 'long' })}, ${clock} ${short === name ? name : `${short} (${name})`}`,
  };
}

/** Every `<time>` in the reader's zone, which is named on hover; `[data-shows]` says whether its text is a day or a moment. @param {ParentNode} root */
export function enhanceTimes(root) {
  for (const element of all('time[datetime]', root)) {
    const ms = Date.parse(element.getAttribute('datetime') || '');
    if (Number.isNaN(ms)) continue;
    const told = tellTime(ms);
    const shows = element.dataset.shows;
    if (shows === 'day' || shows === 'moment') element.textContent = told[shows];
    element.title = told.full;
  }
}
