// Keeps the proof of this browser in the platform's storage (LTI client-side postMessage), then goes on to the platform.
(function () {
  'use strict';
  var page = document.querySelector('[data-store]');
  if (!page) return;
  var data = page.dataset;
  var holder = window.parent !== window ? window.parent : window.opener;
  var gone = false;

  function goOn() {
    if (gone) return;
    gone = true;
    window.removeEventListener('message', hear);
    window.location.replace(data.next);
  }

  function hear(event) {
    var answer = event.data;
    if (event.origin !== data.origin || !answer || answer.message_id !== data.key) return;
    if (answer.subject === 'lti.put_data.response') goOn();
  }

  function frame() {
    if (data.target === '_parent') return holder;
    try { return holder.frames[data.target] || holder; } catch (refused) { return holder; }
  }

  if (!holder) return goOn();
  window.addEventListener('message', hear);
  frame().postMessage({ subject: 'lti.put_data', message_id: data.key, key: data.key, value: data.value }, data.origin);
  // A platform that does not answer leaves the cookie to do its work.
  window.setTimeout(goOn, 1000);
})();
