// For browsers that keep no cookies in a frame: this tab holds the session's bearer. Loaded by the page that says "no session"
// (then it fetches the page again with the bearer) and by every page that was fetched so (then it carries forms and requests).
(function () {
  'use strict';
  var script = document.currentScript;
  var launch = script.dataset.launch;
  var bearer = null;
  try { bearer = sessionStorage.getItem('ferry-bearer-' + launch); } catch (refused) { return; }
  if (!bearer) return;
  var plainFetch = window.fetch.bind(window);

  function withBearer(address, options) {
    var headers = new Headers(options.headers || {});
    headers.set('Authorization', 'Bearer ' + bearer);
    return plainFetch(address, Object.assign({}, options, { headers: headers }));
  }

  function show(response) {
    if (!/^text\/html/.test(response.headers.get('Content-Type') || '')) return save(response);
    return response.text().then(function (text) {
      if (response.status === 401) {
        try { sessionStorage.removeItem('ferry-bearer-' + launch); } catch (refused) { /* the tab forgets it anyway */ }
      }
      if (response.url && response.url !== window.location.href) window.history.pushState(null, '', response.url);
      document.open();
      document.write(text);
      document.close();
    });
  }

  function save(response) {
    var name = /filename="([^"]+)"/.exec(response.headers.get('Content-Disposition') || '');
    return response.blob().then(function (file) {
      var link = document.createElement('a');
      link.href = URL.createObjectURL(file);
      link.download = name ? name[1] : '';
      link.click();
    });
  }

  function lost(element) {
    var note = document.querySelector('[data-lost]') || document.createElement('p');
    note.setAttribute('data-lost', '');
    note.setAttribute('role', 'alert');
    note.textContent = 'The connection was lost. Try again.';
    element.after(note);
  }

  function ours(address) {
    var url = new URL(address, window.location.href);
    return url.origin === window.location.origin && url.pathname.indexOf('/l/' + launch + '/') >= 0;
  }

  if (script.dataset.page === undefined) {
    withBearer(window.location.href, {}).then(show).catch(function () { /* the page says what to do */ });
    return;
  }

  window.fetch = function (resource, options) {
    return typeof resource === 'string' && ours(resource) ? withBearer(resource, options || {}) : plainFetch(resource, options);
  };

  // A form's answer stays in this document: what stood there before is another page.
  var here = window.location.pathname;
  window.addEventListener('popstate', function () {
    if (window.location.pathname !== here) window.location.reload();
  });

  document.addEventListener('click', function (event) {
    var link = event.target.closest('a[download]');
    if (!link || !ours(link.href)) return;
    event.preventDefault();
    withBearer(link.href, {}).then(show).catch(function () { lost(link); });
  });

  document.addEventListener('submit', function (event) {
    var form = event.target;
    if (event.defaultPrevented || form.method.toLowerCase() !== 'post' || !ours(form.action)) return;
    event.preventDefault();
    var body = new URLSearchParams(new FormData(form, event.submitter || undefined));
    withBearer(form.action, { method: 'POST', body: body }).then(show).catch(function () { lost(form); });
  });
})();
