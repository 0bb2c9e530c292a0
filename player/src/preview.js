/** @import { Snapshot } from './session.js' */
/** @import { SaveState } from './types.js' */

/**
 * No LMS: the browser keeps the progress, where it may.
 * @param {string} key
 * @param {() => Storage} storage may throw
 * @param {(state: SaveState) => void} tell
 */
export function createPreview(key, storage, tell) {
  let kept = true;
  return {
    start() {
      let saved = '';
      try {
        saved = storage().getItem(key) || '';
      } catch (refused) {
        kept = false;
      }
      tell(kept ? 'preview' : 'memory');
      return { mode: /** @type {'normal' | 'review'} */ ('normal'), saved };
    },
    /** @param {Snapshot} snapshot */
    change(snapshot) {
      try {
        storage().setItem(key, snapshot.suspend);
      } catch (refused) {
        kept = false;
      }
      tell(kept ? 'preview' : 'memory');
    },
    graded() {},
    hide() {},
    retry() {},
    finish() {},
  };
}
