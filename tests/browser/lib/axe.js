// axe-core over a page or frame; what is wrong, in lines.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/**
 * @param {import('playwright-core').Page | import('playwright-core').Frame} target
 * @param {string[]} [rules] only these
 * @returns {Promise<string[]>}
 */
export async function violations(target, rules) {
  if (!(await target.evaluate(() => Boolean(window.axe)))) await target.evaluate(axe);
  const { violations } = await target.evaluate((only) => window.axe.run(document, { resultTypes: ['violations'], ...(only && { runOnly: only }) }), rules);
  return violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(' ')).slice(0, 3).join(' | ')}`);
}
