// Keeps the proof of this browser in the platform's storage (LTI client-side postMessage), then goes on to the platform.
(function () {
  'use strict';
  var page = document.querySelector('[data-store]');
  if (!page) return;
  var data = page.dataset;
  var message = data.key + '_put';
  var keeper = find();
  var gone = false;

  function goOn() {
    if (gone) return;
    gone = true;
    window.removeEventListener('message', hear);
    window.location.replace(data.next);
  }

  function hear(event) {
    var answer = event.data;
    if (event.source !== keeper || event.origin !== data.origin || !answer || answer.message_id !== message) return;
    if (answer.subject === 'lti.put_data.response') goOn();
  }

  // The frame that keeps things: a neighbour of ours, or whoever holds us.
  function find() {
    var holder = window.parent !== window ? window.parent : window.opener;
    if (!holder || data.target === '_parent') return holder;
    try { return holder.frames[data.target] || holder; } catch (refused) { return holder; }
  }

  if (!keeper) return goOn();
  window.addEventListener('message', hear);
  keeper.postMessage({ subject: 'lti.put_data', message_id: message, key: data.key, value: data.value }, data.origin);
  // A platform that does not answer leaves the cookie to do its work.
  window.setTimeout(goOn, 1000);
})();
