// A one-time link carries its token behind `#`, where no server's or proxy's log sees it: this page posts it.
(function () {
  'use strict';
  var token = window.location.hash.slice(1);
  var form = document.querySelector('[data-link-form]');
  if (!token || !form) return;
  window.history.replaceState(null, '', window.location.pathname);
  form.elements.link.value = token;
  form.submit();
})();
