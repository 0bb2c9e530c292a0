// The binding cookie did not come back: asks the platform's storage for the proof and posts it with the launch. No session exists
// before the server has compared it.
(function () {
  'use strict';
  var page = document.querySelector('[data-prove]');
  if (!page) return;
  var data = page.dataset;
  var holder = window.parent !== window ? window.parent : window.opener;
  var asked = false;

  function frame() {
    if (data.target === '_parent') return holder;
    try { return holder.frames[data.target] || holder; } catch (refused) { return holder; }
  }

  function hear(event) {
    var answer = event.data;
    if (event.origin !== data.origin || !answer || answer.message_id !== data.key) return;
    if (answer.subject !== 'lti.get_data.response' || (answer.key !== undefined && answer.key !== data.key)) return;
    post(typeof answer.value === 'string' ? answer.value : '');
  }

  function post(proof) {
    if (asked) return;
    asked = true;
    window.removeEventListener('message', hear);
    var body = new URLSearchParams({ id_token: data.token, state: data.state, proof: proof });
    fetch(data.action, { method: 'POST', body: body, headers: { Accept: 'application/json' } }).then(function (response) {
      return response.json().then(function (answer) { return response.ok ? enter(answer) : refuse(answer); });
    }).catch(function () { refuse({ title: 'The connection was lost', happened: 'The launch could not be finished.', todo: [], reference: '' }); });
  }

  // Does the browser keep the session's cookie? If not, the bearer stays in this tab.
  function enter(answer) {
    fetch(answer.check, { headers: { Accept: 'application/json' } }).then(function (response) {
      if (!response.ok) {
        try { sessionStorage.setItem('ferry-bearer-' + answer.launch, answer.bearer); } catch (refused) { return refuse(answer.without_storage); }
      }
      window.location.replace(answer.location);
    });
  }

  function refuse(answer) {
    var box = page.querySelector('[data-waiting]');
    box.textContent = '';
    add('h1', answer.title);
    add('p', answer.happened);
    var list = add('ul', '');
    (answer.todo || []).forEach(function (step) {
      var item = document.createElement('li');
      item.textContent = step;
      list.appendChild(item);
    });
    if (answer.reference) add('p', 'Reference ' + answer.reference);
    function add(name, text) {
      var element = document.createElement(name);
      element.textContent = text;
      box.appendChild(element);
      return element;
    }
  }

  if (!holder) return post('');
  window.addEventListener('message', hear);
  frame().postMessage({ subject: 'lti.get_data', message_id: data.key, key: data.key }, data.origin);
  window.setTimeout(function () { post(''); }, 2000);
})();
