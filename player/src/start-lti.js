import { saveChip } from './chip.js';
import { all, browserTimers, make, one, readJson } from './dom.js';
import { createLti } from './lti.js';
import { enhanceOutline, markEntry, showProgress } from './outline.js';
import { enhanceQuizForm, formPairs } from './quiz-form.js';
import { enhanceReading, watchEnd } from './reading.js';
import { enhanceTheme } from './theme.js';
import { enhanceTimes } from './times.js';
/** @import { LtiData } from './types.js' */

/** The server's pages: everything works without this; it saves as one goes. */
function startLti() {
  const data = /** @type {LtiData} */ (readJson(one('#ferry-data')) || {});
  const timers = browserTimers();
  const tell = saveChip(timers);
  const queue = createLti({
    token: data.formToken,
    send: (url, init) => window.fetch(url, init),
    storage: tabStorage(),
    key: `ferry-queue:${data.progress || ''}`,
    timers,
    random: Math.random,
    tell,
    answered: (answer) => {
      if (answer && typeof answer.total === 'number') showProgress(answer.done, answer.total);
    },
  });
  enhanceTheme();
  enhanceOutline();
  enhanceReading(document);
  enhanceTimes(document);

  const page = one('[data-page]');
  if (page && data.kind === 'lesson' && data.read === false && data.progress) {
    watchEnd(page, () => {
      queue.post(`read:${data.page}`, data.progress, { lesson: data.page, read: true });
      markEntry(data.page, true);
      const button = one('[data-read-form] [data-go]', page);
      if (button) button.textContent = button.dataset.next ? 'Go on' : 'Back to the start';
    });
  }

  for (const element of all('form[data-quiz]')) {
    const form = /** @type {HTMLFormElement} */ (element);
    let timer = 0;
    const save = data.save;
    enhanceQuizForm(form, () => {
      if (!save) return;
      timers.cancel(timer);
      timer = timers.after(() => queue.post(`save:${save}`, save, { pairs: answers(form) }), 800);
    });
    form.addEventListener('submit', () => timers.cancel(timer));
  }

  if (data.road) watchRoad(data.road, timers.after);
  if (data.frameResize) announceHeight();

  window.addEventListener('online', () => queue.retry());
  window.addEventListener('pagehide', () => queue.leave());
  window.addEventListener('pageshow', (event) => {
    if (event.persisted) window.location.reload();
  });
}

/** The answers without what only the form's own post needs. @param {HTMLFormElement} form */
function answers(form) {
  const own = new Set(all('input[type="hidden"]', form).map((field) => field.getAttribute('name')));
  return formPairs(form).filter(([name]) => !own.has(name));
}

/** @returns {Storage | null} */
function tabStorage() {
  try {
    return window.sessionStorage;
  } catch (refused) {
    return null;
  }
}

/**
 * Looks again until the grade has arrived, less and less often.
 * @param {string} url
 * @param {(run: () => void, delay: number) => number} after
 */
function watchRoad(url, after) {
  const road = one('.road');
  let delay = 2000;
  const look = async () => {
    try {
      const response = await window.fetch(url, { credentials: 'same-origin', headers: { Accept: 'application/json' } });
      if (!response.ok) return;
      const answer = await response.json();
      const steps = /** @type {{ state: string, text: string, note: string, at: { iso: string, text: string } | null }[]} */ (answer.steps);
      const text = JSON.stringify(steps);
      if (road && text !== road.dataset.text) {
        road.dataset.text = text;
        road.replaceChildren(
          ...steps.map(({ state, text: what, note, at }) => {
            const when = at ? [note ? ' ' : '', make('time', { datetime: at.iso, 'data-shows': 'moment' }, at.text)] : [];
            return make('li', { class: `road-${state}` }, make('strong', {}, what), ' ', make('span', { class: 'quiet' }, note, ...when));
          }),
        );
        enhanceTimes(road);
      }
      if (answer.settled) return;
    } catch (dropped) {
      // The next look may get through.
    }
    delay = Math.min(60000, delay * 1.6);
    after(look, delay);
  };
  if (road) after(look, delay);
}

/** For platforms that listen: how tall we are. */
function announceHeight() {
  if (window.parent === window || !('ResizeObserver' in window)) return;
  let last = 0;
  new ResizeObserver(() => {
    const height = Math.ceil(document.documentElement.getBoundingClientRect().height);
    if (Math.abs(height - last) < 8) return;
    last = height;
    window.parent.postMessage(JSON.stringify({ subject: 'lti.frameResize', height }), '*');
  }).observe(document.body);
}

startLti();
