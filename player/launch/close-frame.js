// Tells the LMS that the registration is done: it closes the frame or window it opened us in (LTI Dynamic Registration). Not by itself,
// because what to press next stands on this page.
(function () {
  'use strict';
  var button = document.querySelector('[data-close-frame]');
  var holder = window.opener || (window.parent !== window ? window.parent : null);
  if (!button || !holder) return;
  button.hidden = false;
  button.addEventListener('click', function () {
    // Whoever opened us may be on any host of the LMS; the message says nothing but that we are done.
    holder.postMessage({ subject: 'org.imsglobal.lti.close' }, '*');
  });
})();
