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

  document.addEventListener('submit', function (event) {
    var form = event.target;
    if (event.defaultPrevented || form.method.toLowerCase() !== 'post' || !ours(form.action)) return;
    event.preventDefault();
    var body = new URLSearchParams(new FormData(form, event.submitter || undefined));
    withBearer(form.action, { method: 'POST', body: body }).then(show).catch(function () { form.setAttribute('data-failed', ''); });
  });
})();
