import { announce, one } from './dom.js';

const THEMES = ['system', 'light', 'dark'];

/** System, light, dark: remembered where that is allowed. */
export function enhanceTheme() {
  const button = one('[data-theme-switch]');
  if (!button) return;
  const root = document.documentElement;
  const name = one('[data-theme-name]', button);
  const now = () => root.getAttribute('data-theme') || 'system';
  const paint = () => {
    if (name) name.textContent = `Theme: ${now()}`;
  };
  button.hidden = false;
  paint();
  button.addEventListener('click', () => {
    const next = THEMES[(THEMES.indexOf(now()) + 1) % THEMES.length];
    if (next === 'system') root.removeAttribute('data-theme');
    else root.setAttribute('data-theme', next);
    try {
      if (next === 'system') localStorage.removeItem('ferry-theme');
      else localStorage.setItem('ferry-theme', next);
    } catch (refused) {
      // It holds for this page.
    }
    paint();
    announce(`Theme: ${next}`);
  });
}
