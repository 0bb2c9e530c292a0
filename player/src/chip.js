import { announce, one } from './dom.js';
/** @import { SaveState } from './types.js' */

const SAVE_WORDS = /** @type {Record<SaveState, [string, string]>} */ ({
  saved: ['✓', 'Saved'],
  saving: ['◷', 'Saving'],
  kept: ['↻', 'Kept here, retrying'],
  off: ['!', 'Not connected'],
  ended: ['!', 'Session ended'],
  refused: ['!', 'Not saved'],
  review: ['–', 'Review, not recorded'],
  preview: ['–', 'Preview'],
  memory: ['–', 'Preview, not kept'],
});

/**
 * The save chip. Short savings are not shown, so that it does not flicker.
 * @param {{ after: (run: () => void, delay: number) => number, cancel: (timer: number) => void }} timers
 */
export function saveChip(timers) {
  const chip = one('[data-save]');
  let shown = '';
  let waiting = 0;
  /** @param {SaveState} state */
  function paint(state) {
    if (!chip || shown === state) return;
    const [sign, word] = SAVE_WORDS[state];
    const before = shown;
    shown = state;
    chip.hidden = false;
    chip.dataset.state = state;
    chip.textContent = '';
    const mark = document.createElement('span');
    mark.setAttribute('aria-hidden', 'true');
    mark.textContent = sign;
    const text = document.createElement('span');
    text.textContent = word;
    chip.append(mark, text);
    if (state === 'kept' || state === 'off' || state === 'ended' || state === 'refused' || (state === 'saved' && before === 'kept')) announce(word);
  }
  return (/** @type {SaveState} */ state) => {
    timers.cancel(waiting);
    if (state === 'saving') waiting = timers.after(() => paint('saving'), 300);
    else paint(state);
  };
}
