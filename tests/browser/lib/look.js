// What holds for every page of teachers and administrators, on a phone and on a wide screen, light and dark.
import assert from 'node:assert/strict';
import { violations } from './axe.js';

/** What a theme can break. */
const COLOURS = ['color-contrast', 'link-in-text-block'];
const SCREENS = [[360, 'light'], [360, 'dark'], [1440, 'light'], [1440, 'dark']];

/**
 * Nothing for axe to say, nothing wider than the window, on the phone nothing too small to tap. SHOTS=folder keeps pictures.
 * @param {import('playwright-core').Page} page @param {string} name @param {import('playwright-core').Frame} [frame] where the tool is, if not in the page itself
 */
export async function look(page, name, frame = page.mainFrame()) {
  for (const [width, colorScheme] of SCREENS) {
    const where = `${name}, ${width} px, ${colorScheme}`;
    await page.setViewportSize({ width, height: 900 });
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/${name.replace(/[^a-z0-9]+/gi, '-')}-${width}-${colorScheme}.png`, fullPage: true });
    assert.deepEqual(await violations(frame, colorScheme === 'dark' ? COLOURS : undefined), [], where);
    const [wide, window] = await frame.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]);
    assert.ok(wide <= window, `${where}: ${wide} px wide`);
    if (width === 360 && colorScheme === 'light') assert.deepEqual(await frame.evaluate(tooSmall), [], where);
  }
}

/** Runs in the page: what one can press and is less than 44 px high. A link in running text is as high as its line. */
function tooSmall() {
  return [...document.querySelectorAll('a[href], button, select, summary, input:not([type=hidden])')]
    .filter((e) => e.checkVisibility() && !e.closest('.skip, .sr') && !(e.tagName === 'A' && getComputedStyle(e).display === 'inline'))
    .map((e) => [e.textContent.trim() || e.name, Math.round((e.closest('label') || e).getBoundingClientRect().height)])
    .filter(([, height]) => height > 0 && height < 44);
}
