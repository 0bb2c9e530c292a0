// The trial platform's own script: posts the launch forms, keeps the grade book fresh.
(() => {
  'use strict';
  const form = document.querySelector('form[data-auto-post]');
  if (form) { form.submit(); return; }
  // On phones the activities stand in a row.
  document.querySelector('nav.course [aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'center' });
  const box = document.getElementById('grades');
  if (!box) return;
  const refresh = async () => {
    try {
      const answer = await fetch(box.dataset.poll, { headers: { accept: 'text/html' } });
      const text = answer.ok ? await answer.text() : null;
      if (text !== null && text !== box.dataset.seen) { box.innerHTML = text; box.dataset.seen = text; }
    } catch { /* the server has stopped: keep what is shown */ }
    setTimeout(refresh, document.hidden ? 5000 : 1000);
  };
  setTimeout(refresh, 1000);
})();
