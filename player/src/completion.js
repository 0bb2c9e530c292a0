import { round2 } from './scoring.js';
/** @import { GradePolicy, ModuleData, Policy } from './types.js' */

/**
 * Tries left; null means unlimited.
 * @param {Policy} policy
 * @param {number} used
 */
export function attemptsLeft(policy, used) {
  return policy.attempts > 0 ? Math.max(0, policy.attempts - used) : null;
}

/**
 * Whether the key may be shown: no try is left to use it in, or nothing is left to gain.
 * @param {Policy} policy
 * @param {number[]} scores
 */
export function revealsKey(policy, scores) {
  const passed = scores.some((s) => s >= policy.pass_mark);
  return scores.some((s) => s >= 100) || attemptsLeft(policy, scores.length) === 0 || (policy.attempts === 0 && passed);
}

/**
 * The score that counts.
 * @param {GradePolicy} policy
 * @param {number[]} scores
 * @returns {number | null}
 */
export function moduleGrade(policy, scores) {
  if (!scores.length) return null;
  return policy === 'best' ? Math.max(...scores) : scores[scores.length - 1];
}

/**
 * Whole course: weighted mean, an unattempted quiz counts 0; null while nothing was attempted.
 * @param {{ weight: number, grade: number | null }[]} modules
 * @returns {number | null}
 */
export function courseGrade(modules) {
  const weights = modules.reduce((sum, m) => sum + m.weight, 0);
  if (weights <= 0 || modules.every((m) => m.grade === null)) return null;
  return round2(modules.reduce((sum, m) => sum + m.weight * (m.grade || 0), 0) / weights);
}

/**
 * Where a learner stands in a module.
 * @param {Pick<ModuleData, 'lessons' | 'quiz'>} module
 * @param {Policy} policy
 * @param {Set<string>} read
 * @param {number[]} scores
 */
export function moduleCompletion(module, policy, read, scores) {
  const unread = module.lessons.filter((id) => !read.has(id));
  const done = scores.some((s) => s >= policy.pass_mark) || attemptsLeft(policy, scores.length) === 0;
  const quizMissing = module.quiz !== null && !done;
  const steps = module.lessons.length + (module.quiz !== null ? 1 : 0);
  const missing = unread.length + (quizMissing ? 1 : 0);
  const grade = moduleGrade(policy.grade, scores);
  return {
    complete: missing === 0,
    unread,
    quizMissing,
    passed: module.quiz === null || grade === null ? null : grade >= policy.pass_mark,
    steps,
    missing,
    progress: steps === 0 ? 1 : (steps - missing) / steps,
  };
}
