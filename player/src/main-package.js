import { saveChip } from './chip.js';
import { all, announce, browserTimers, byAttribute, one, readJson } from './dom.js';
import { enhanceOutline, markEntry, showProgress } from './outline.js';
import { createPages, here } from './pages.js';
import { createPreview } from './preview.js';
import { createQuizPage } from './quiz-run.js';
import { enhanceReading, watchEnd } from './reading.js';
import { createSession } from './session.js';
import { enhanceTheme } from './theme.js';
import { missingWords } from './words.js';
/** @import { Timers } from './scorm.js' */
/** @import { Graded, SessionEvent, Snapshot } from './session.js' */
/** @import { PackageData, Quiz, SaveState } from './types.js' */

/**
 * What keeps the progress: an LMS, or this browser.
 * @typedef {object} Keeper
 * @property {() => { mode: 'normal' | 'review', saved: string } | null} start
 * @property {(snapshot: Snapshot, urgent: boolean) => void} change
 * @property {(graded: Graded) => void} graded
 * @property {() => void} hide
 * @property {() => void} retry
 * @property {() => void} finish
 */

/**
 * A package's one document.
 * @param {(data: PackageData, timers: Timers, tell: (state: SaveState) => void) => Keeper | null} findLms
 */
export function startPackage(findLms) {
  const data = /** @type {PackageData} */ (readJson(one('#ferry-data')));
  const timers = browserTimers();
  const tell = saveChip(timers);
  const quizzes = /** @type {Map<string, Quiz>} */ (new Map());
  for (const script of all('script[data-quiz-key]')) quizzes.set(script.dataset.quizKey || '', readJson(script));

  const keeper = findLms(data, timers, tell) || previewOrNothing();
  const opened = keeper ? keeper.start() : null;
  if (!keeper) tell('off');
  const session = createSession({
    data,
    quizzes,
    pages: all('[data-page]').map((page) => page.dataset.page || ''),
    saved: opened ? opened.saved : '',
    random: Math.random,
  });

  const quizPages = new Map(
    all('[data-kind="quiz"]').map((page) => [page.dataset.page, createQuizPage(page, session, linkTo, () => onward(page.dataset.page || ''))]),
  );
  let stopWatching = () => undefined;
  const pages = createPages(data.start, (id) => {
    const page = pages.element(id);
    stopWatching();
    if (page?.dataset.kind === 'lesson') stopWatching = /** @type {() => undefined} */ (watchEnd(page, () => session.read(id)));
    quizPages.get(id)?.show();
    session.visit(id);
  });

  enhanceTheme();
  enhanceOutline();
  enhanceReading(document);
  for (const form of all('[data-read-form]')) form.addEventListener('submit', (event) => markRead(event, form));
  session.listen(onEvent);
  paint();
  pages.show(here() || session.state.place || data.start, false);

  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'hidden') keeper?.hide();
  });
  window.addEventListener('pagehide', () => keeper?.finish());
  window.addEventListener('pageshow', (event) => {
    if (event.persisted) window.location.reload();
  });
  window.addEventListener('online', () => keeper?.retry());

  /** No LMS around us is a preview; a frame or pop-up without one is a broken launch. */
  function previewOrNothing() {
    const alone = window.parent === window && !window.opener;
    if (!alone && window.location.protocol !== 'file:') return null;
    return createPreview(`ferry:${data.course}:${data.scope}`, () => window.localStorage, tell);
  }

  /** @param {SessionEvent} event */
  function onEvent(event) {
    if (event.type === 'submit') keeper?.graded(event.graded);
    keeper?.change(session.snapshot(), event.type === 'submit' || event.type === 'complete');
    if (event.type === 'complete') announce('Complete');
    if (event.type !== 'visit') paint();
  }

  function paint() {
    const { modules, done, total } = session.standing();
    for (const m of modules) {
      for (const lesson of m.module.lessons) markEntry(lesson, session.state.read.has(lesson));
      if (m.module.quiz !== null) markEntry(m.module.quiz, !m.quizMissing);
      const card = byAttribute(document, 'data-module-card', m.module.id);
      card?.classList.toggle('done', m.complete);
    }
    showProgress(done, total);
    const completion = one('[data-completion]');
    if (completion) {
      const unread = modules.reduce((n, m) => n + m.unread.length, 0);
      const all = modules.reduce((n, m) => n + m.module.lessons.length, 0);
      completion.textContent = missingWords(unread, modules.filter((m) => m.quizMissing).length, all);
    }
    const go = /** @type {HTMLAnchorElement | null} */ (one('[data-continue]'));
    const place = session.state.place;
    const next = place && place !== data.start ? linkTo(place) : null;
    if (go && next) {
      go.href = next.href;
      go.textContent = `Go on: ${next.text}`;
    }
    for (const form of all('[data-read-form]')) {
      const button = one('[data-go]', form);
      const lesson = form.closest('[data-page]')?.getAttribute('data-page') || '';
      if (button && session.state.read.has(lesson)) button.textContent = button.dataset.next ? 'Go on' : 'Back to the start';
    }
  }

  /** @param {SubmitEvent} event @param {HTMLElement} form */
  function markRead(event, form) {
    event.preventDefault();
    session.read(form.closest('[data-page]')?.getAttribute('data-page') || '');
    pages.go((one('[data-go]', form)?.dataset.next || `#${data.start}`).replace(/^#/, ''));
  }

  /** @param {string} id */
  function linkTo(id) {
    const page = byAttribute(document, 'data-page', id);
    const heading = page && one('h1', page);
    return page && heading ? { href: `#${id}`, text: heading.textContent || id } : null;
  }

  /** @param {string} quiz */
  function onward(quiz) {
    const at = data.modules.findIndex((m) => m.quiz === quiz);
    const unread = data.modules[at]?.lessons.find((lesson) => !session.state.read.has(lesson));
    const next = unread || data.modules[at + 1]?.lessons[0] || data.modules[at + 1]?.quiz;
    const link = next ? linkTo(next) : null;
    return link ? { href: link.href, text: `Go on: ${link.text}` } : { href: `#${data.start}`, text: 'Back to the start' };
  }
}
