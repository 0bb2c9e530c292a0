import { all, announce, make, one } from './dom.js';
import { drawQuiz } from './draw.js';
import { drawnQuestions } from './quiz-draw.js';
import { enhanceQuizForm, formPairs } from './quiz-form.js';
import { focusOn } from './pages.js';
import { responsesFromForm } from './responses.js';
import { reviewForm, verdictOf } from './review.js';
import { scoreAttempt } from './scoring.js';
import { leftWords, percentWords, quizFacts } from './words.js';
/** @import { Session } from './session.js' */
/** @import { Responses } from './types.js' */

/**
 * A package's quiz page: draws attempts, keeps answers, grades, shows the result.
 * @param {HTMLElement} page
 * @param {Session} session
 * @param {(page: string) => { href: string, text: string } | null} linkTo
 * @param {() => { href: string, text: string } | null} onward where to go after the quiz
 */
export function createQuizPage(page, session, linkTo, onward) {
  const form = /** @type {HTMLFormElement} */ (one('form[data-quiz]', page));
  const id = form.dataset.quiz || '';
  const pristine = /** @type {HTMLElement} */ (/** @type {HTMLElement} */ (one('[data-questions]', form)).cloneNode(true));
  const panel = /** @type {HTMLElement} */ (one('[data-result]', page));
  const head = one('[data-quiz-head]', page);
  let shown = false;

  form.addEventListener('submit', (event) => event.preventDefault());
  // Registered after the guard that `enhanceQuizForm` adds on the first drawing.
  const onSubmit = () => {
    const attempt = session.attempt(id);
    if (!attempt) return;
    session.submit(id, responsesFromForm(session.quiz(id).quiz, attempt.seed, formPairs(form)));
    showLast();
    const title = one('[data-result-panel] h2', panel);
    if (title) {
      focusOn(title);
      panel.scrollIntoView({ block: 'start' });
      announce(`${title.textContent}. ${one('.score-number', panel)?.textContent || ''}`);
    }
  };

  function keep() {
    const attempt = session.attempt(id);
    if (attempt) session.answer(id, responsesFromForm(session.quiz(id).quiz, attempt.seed, formPairs(form)));
  }

  /** @param {string} seed @param {Responses} responses */
  function draw(seed, responses) {
    const { quiz } = session.quiz(id);
    one('[data-questions]', form)?.replaceWith(drawnQuestions(pristine, quiz, seed, responses));
    const facts = one('[data-quiz-facts]', page);
    facts?.replaceChildren(...quizFacts(quiz, drawQuiz(quiz, seed).length).map((fact) => make('li', {}, fact)));
  }

  /** @param {boolean} answering */
  function mode(answering) {
    form.toggleAttribute('data-reviewed', !answering);
    const foot = one('[data-quiz-foot]', form);
    if (foot) foot.hidden = !answering;
    if (head) head.hidden = !answering;
    for (const part of all('.question-map, .question-steps', form)) part.remove();
  }

  function showAttempt() {
    const attempt = session.attempt(id);
    if (!attempt) return;
    panel.replaceChildren();
    const { left, scores } = session.quiz(id);
    if (scores.length && left !== null) panel.append(make('p', { class: 'quiet' }, `Attempt ${scores.length + 1}. ${leftWords(left)}.`));
    draw(attempt.seed, attempt.responses);
    mode(true);
    const first = form.dataset.enhanced === undefined;
    enhanceQuizForm(form, keep);
    if (first) form.addEventListener('submit', onSubmit);
    form.dispatchEvent(new Event('input'));
  }

  function showLast() {
    const { quiz, scores, last, reveal } = session.quiz(id);
    form.hidden = !last;
    if (last) {
      const result = scoreAttempt(quiz, last.seed, last.responses);
      draw(last.seed, last.responses);
      mode(false);
      reviewForm(form, { quiz, seed: last.seed, responses: last.responses, result, reveal }, linkTo);
      const lessons = new Set(result.questions.filter((r) => verdictOf(r) !== 'right').map((r) => quiz.questions.find((q) => q.id === r.id)?.lesson));
      panel.replaceChildren(resultPanel([...lessons].flatMap((lesson) => (lesson && linkTo(lesson)) || [])));
    } else if (scores.length) {
      mode(false);
      panel.replaceChildren(resultPanel([]));
    }
  }

  /** @param {{ href: string, text: string }[]} review */
  function resultPanel(review) {
    const { quiz, scores, left, grade } = session.quiz(id);
    const score = scores[scores.length - 1];
    const passed = score >= quiz.pass_mark;
    const title = `result-title-${id}`;
    const out = make('section', { class: `result result-${passed ? 'passed' : 'open'}`, 'data-result-panel': true, 'aria-labelledby': title });
    out.append(
      make('h2', { id: title, tabindex: '-1' }, passed ? 'Passed' : 'Not passed yet'),
      make(
        'p',
        { class: 'score' },
        make('span', { class: 'score-number' }, percentWords(score, quiz.pass_mark)),
        ' ',
        make('span', { class: 'score-note' }, `${percentWords(quiz.pass_mark, null)} needed`),
      ),
    );
    const lines = [];
    if (grade !== null && grade > score) lines.push(`Your best attempt: ${percentWords(grade, quiz.pass_mark)}.`);
    if (left !== null) lines.push(`${leftWords(left)}.`);
    if (session.standing().complete) lines.push('Everything here is complete. You can close this page.');
    out.append(...lines.map((line) => make('p', {}, line)));
    if (review.length) {
      const links = review.map((link) => make('li', {}, make('a', { href: link.href }, link.text)));
      out.append(make('div', { class: 'result-review' }, make('h3', {}, 'Worth reading again'), make('ul', {}, ...links)));
    }
    const foot = make('div', { class: 'result-foot' });
    if (left !== 0) {
      const again = make('button', { type: 'button', class: passed ? 'button' : 'button primary' }, 'Start another attempt');
      again.addEventListener('click', () => {
        form.hidden = false;
        showAttempt();
        const heading = one('h1', page);
        if (heading) focusOn(heading);
        window.scrollTo(0, 0);
      });
      foot.append(again);
    }
    const next = onward();
    if (next) foot.append(make('a', { class: passed ? 'button primary' : 'button', href: next.href }, next.text));
    out.append(foot);
    return out;
  }

  return {
    show() {
      if (shown) return;
      shown = true;
      const { scores, running } = session.quiz(id);
      if (running || !scores.length) showAttempt();
      else showLast();
    },
  };
}
