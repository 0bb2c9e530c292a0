/** @import { Policy } from './types.js' */

/** @param {number} n @param {string} single @param {string} many */
export function countWords(n, single, many) {
  return n === 1 ? `1 ${single}` : `${n} ${many}`;
}

/**
 * Decimals only where they decide.
 * @param {number} score @param {number | null} mark
 */
export function percentWords(score, mark) {
  const whole = Math.round(score);
  const decides = mark !== null && whole >= mark !== score >= mark;
  return decides || (whole === 100 && score < 100) ? `${score.toFixed(2)} %` : `${whole} %`;
}

/** @param {Policy} policy @param {number} questions */
export function quizFacts(policy, questions) {
  const which = policy.grade === 'best' ? 'the best counts' : 'the last counts';
  const attempts = policy.attempts === 0 ? `any number of attempts, ${which}` : policy.attempts === 1 ? '1 attempt' : `${policy.attempts} attempts, ${which}`;
  return [countWords(questions, 'question', 'questions'), `${percentWords(policy.pass_mark, null)} to pass`, attempts];
}

/** @param {number | null} left */
export function leftWords(left) {
  if (left === null) return '';
  return left === 0 ? 'No attempts left' : `${countWords(left, 'attempt', 'attempts')} left`;
}

/**
 * What is still missing.
 * @param {number} lessons not read yet @param {number} quizzes not done yet @param {number} all lessons there are
 */
export function missingWords(lessons, quizzes, all) {
  const parts = [];
  if (lessons) parts.push(countWords(lessons, 'lesson', 'lessons'));
  if (quizzes) parts.push(quizzes === 1 ? 'the quiz' : `${quizzes} quizzes`);
  if (!parts.length) return 'Complete. You can close this page.';
  if (lessons) return `Still to do: ${parts.join(' and ')}.`;
  if (!all) return quizzes === 1 ? 'Nothing to read first: go straight to the questions.' : `Still to do: ${parts.join('')}.`;
  return quizzes === 1 ? 'All lessons read. The quiz is all that is left.' : `All lessons read. Still to do: ${parts.join('')}.`;
}

/** @param {string[]} parts */
export function listWords(parts) {
  return parts.length < 2 ? parts.join('') : `${parts.slice(0, -1).join(', ')} and ${parts[parts.length - 1]}`;
}

/** @param {number} points */
export function pointsWords(points) {
  return points === 1 ? '1 point' : `${Math.round(points * 100) / 100} points`;
}
