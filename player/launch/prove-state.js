// The binding cookie did not come back: asks the platform's storage for the proof and posts it with the launch. No session exists
// before the server has compared it.
(function () {
  'use strict';
  var page = document.querySelector('[data-prove]');
  if (!page) return;
  var data = page.dataset;
  var message = data.key + '_get';
  var keeper = find();
  var asked = false;

  // The frame that keeps things: a neighbour of ours, or whoever holds us.
  function find() {
    var holder = window.parent !== window ? window.parent : window.opener;
    if (!holder || data.target === '_parent') return holder;
    try { return holder.frames[data.target] || holder; } catch (refused) { return holder; }
  }

  function hear(event) {
    var answer = event.data;
    if (event.source !== keeper || event.origin !== data.origin || !answer || answer.message_id !== message) return;
    if (answer.subject !== 'lti.get_data.response' || (answer.key !== undefined && answer.key !== data.key)) return;
    post(typeof answer.value === 'string' ? answer.value : '');
  }

  function post(proof) {
    if (asked) return;
    asked = true;
    window.removeEventListener('message', hear);
    var body = new URLSearchParams({ id_token: data.token, state: data.state, proof: proof });
    fetch(data.action, { method: 'POST', body: body }).then(function (response) {
      return response.ok ? response.json().then(enter) : show(response);
    }).catch(function () {
      page.querySelector('[data-waiting]').hidden = true;
      page.querySelector('[data-lost]').hidden = false;
    });
  }

  // Does the browser keep the session's cookie? If not, the bearer stays in this tab.
  function enter(answer) {
    return fetch(answer.check).then(function (response) {
      if (!response.ok) {
        try { sessionStorage.setItem('ferry-bearer-' + answer.launch, answer.bearer); } catch (refused) { return show(response); }
      }
      window.location.replace(answer.location);
    });
  }

  // The server's own page about what went wrong.
  function show(response) {
    return response.text().then(function (text) {
      document.open();
      document.write(text);
      document.close();
    });
  }

  if (!keeper) return post('');
  window.addEventListener('message', hear);
  keeper.postMessage({ subject: 'lti.get_data', message_id: message, key: data.key }, data.origin);
  window.setTimeout(function () { post(''); }, 2000);
})();
