// A learner who uses nothing but the keyboard.

/** The right answer to each question, in the form of the responses. @param {any} quiz @param {Map<string, string>} stems shown */
export function rightAnswers(quiz, stems) {
  return new Map(quiz.questions.map((q) => {
    const correct = (options) => options.filter((o) => o.correct).map((o) => o.id);
    if (q.type === 'single') return [q.id, correct(q.options)[0]];
    if (q.type === 'multiple') return [q.id, correct(q.options)];
    if (q.type === 'true-false') return [q.id, { value: q.answer, reason: correct(q.options)[0] }];
    if (q.type === 'matching') return [q.id, q.pairs];
    if (q.type === 'ordering') return [q.id, q.items.map((i) => i.id)];
    if (q.type === 'text') return [q.id, q.accept[0]];
    const shown = (v) => q.variants.length === 1 || bare(v.stem_html.replace(/<[^>]*>|&#?\w+;/g, '')) === bare(stems.get(q.id));
    return [q.id, String(q.variants.find(shown).answer)];
  }));
}

/** What tells one stem from another, however it is written. */
const bare = (text) => text.replace(/[^\p{L}\p{N}.,−-]/gu, '');

/** A wrong answer to everything that can be answered wrongly by choosing. */
export function wrongAnswers(quiz) {
  return new Map(quiz.questions.map((q) => {
    if (q.type === 'single') return [q.id, q.options.find((o) => !o.correct).id];
    if (q.type === 'multiple') return [q.id, q.options.filter((o) => !o.correct).map((o) => o.id)];
    if (q.type === 'true-false') return [q.id, { value: !q.answer, reason: q.options.find((o) => !o.correct)?.id }];
    if (q.type === 'matching') return [q.id, Object.fromEntries(q.left.map((l) => [l.id, q.right.find((r) => r.id !== q.pairs[l.id]).id]))];
    if (q.type === 'ordering') return [q.id, [...q.items.slice(1), q.items[0]].map((i) => i.id)];
    return [q.id, '999'];
  }));
}

/** @param {{ page: any, frame: any }} visit */
export function keyboard({ page, frame }) {
  const press = (key, times = 1) => Array.from({ length: times }).reduce((before) => before.then(() => page.keyboard.press(key)), Promise.resolve());
  const focused = (selector) => frame.evaluate((s) => document.hasFocus() && Boolean(document.activeElement?.matches(s)), selector);

  /** Tabs forward until the focus is on what `selector` matches; backward where forward finds nothing. */
  async function tabTo(selector) {
    for (const key of ['Tab', 'Shift+Tab']) {
      for (let n = 0; n < 150; n++) {
        if (await focused(selector)) return;
        await press(key);
      }
    }
    throw new Error(`the keyboard never reaches ${selector}`);
  }

  async function choose(name, value) {
    await tabTo(`input[name="${name}"]`);
    const checked = () => frame.evaluate((n) => document.querySelector(`input[name="${n}"]:checked`)?.value, name);
    if ((await checked()) === undefined) await press('Space');
    for (let n = 0; n < 10 && (await checked()) !== value; n++) await press('ArrowDown');
  }

  async function pick(selector, value) {
    await tabTo(selector);
    const now = () => frame.evaluate((s) => document.querySelector(s).value, selector);
    for (let n = 0; n < 20 && (await now()) !== value; n++) await press('ArrowDown');
  }

  async function order(id, items) {
    const move = (item, by) => tabTo(`[data-question="${id}"] [data-option="${item}"] [data-move="${by}"]`).then(() => press('Enter'));
    const shown = () => frame.evaluate((q) => [...document.querySelectorAll(`[data-question="${q}"] .order-item`)].map((i) => i.dataset.option), id);
    if (String(await shown()) === String(items)) {
      // What was never touched is not answered.
      await move(items[0], 1);
    }
    for (const [place, item] of items.entries()) {
      while ((await shown()).indexOf(item) > place) await move(item, -1);
    }
  }

  async function answer(quiz, id, response) {
    const question = quiz.questions.find((q) => q.id === id);
    if (question.type === 'single') await choose(id, response);
    else if (question.type === 'true-false') {
      await choose(id, String(response.value));
      if (response.reason) await choose(`${id}.reason`, response.reason);
    } else if (question.type === 'multiple') {
      for (const value of response) {
        await tabTo(`input[name="${id}"][value="${value}"]`);
        await press('Space');
      }
    } else if (question.type === 'matching') {
      for (const [left, right] of Object.entries(response)) await pick(`select[name="${id}.${left}"]`, right);
    } else if (question.type === 'ordering') await order(id, response);
    else {
      await tabTo(`input[name="${id}"]`);
      await press('Control+A');
      await page.keyboard.type(String(response));
    }
  }

  return { press, tabTo, answer, focused };
}

/** Stems shown in a quiz, by question. */
export async function shownStems(frame, quiz) {
  return new Map(await frame.evaluate((id) =>
    [...document.querySelectorAll(`[data-quiz="${id}"] [data-question-item]`)].map((item) => [item.dataset.questionItem, item.querySelector('[data-stem]').textContent]), quiz));
}
