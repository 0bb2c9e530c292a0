// In the platform's pages: keeps values for the tool by LTI client-side postMessage, as strictly as the specification allows, or
// misbehaves as `mode` says. `silent` never answers, `full` keeps nothing, `other` gives `value` out instead of what was kept,
// `beside` has another frame answer.
(function () {
  var query = new URLSearchParams(location.search);
  var mode = query.get('mode');
  var kept = (window.kept = {});
  var breaches = (window.breaches = []);

  window.addEventListener('message', function (event) {
    var message = event.data;
    if (!message || typeof message !== 'object' || !/^lti\./.test(message.subject) || mode === 'silent') return;

    function answer(more) {
      var whole = Object.assign({ subject: message.subject + '.response', message_id: message.message_id }, more);
      if (mode === 'beside' && message.subject === 'lti.get_data') parent.frames[1].postMessage(whole, '*');
      else event.source.postMessage(whole, event.origin);
    }
    function refuse(code, why) {
      breaches.push(code + ': ' + why);
      answer({ error: { code: code, message: why } });
    }

    if (typeof message.message_id !== 'string' || !message.message_id) return refuse('bad_request', 'no message_id');
    if (message.subject === 'lti.capabilities') {
      var subjects = ['lti.capabilities', 'lti.put_data', 'lti.get_data'];
      return answer({ supported_messages: subjects.map(function (subject) { return { subject: subject, frame: window.name || '_parent' }; }) });
    }
    if (message.subject !== 'lti.put_data' && message.subject !== 'lti.get_data') return refuse('unsupported_subject', message.subject);
    if (event.origin !== query.get('tool')) return refuse('wrong_origin', event.origin);
    if (typeof message.key !== 'string' || !message.key) return refuse('bad_request', 'no key');
    if (message.subject === 'lti.get_data') {
      var value = Object.hasOwn(kept, message.key) ? kept[message.key] : null;
      return answer({ key: message.key, value: mode === 'other' ? query.get('value') : value });
    }
    if (mode === 'full') return answer({ error: { code: 'storage_exhaustion', message: 'full' } });
    if (message.value !== null && typeof message.value !== 'string') return refuse('bad_request', 'the value is no text');
    if (message.value && message.value.length > 4096) return refuse('storage_exhaustion', 'the value is too long');
    if (message.value === null) delete kept[message.key];
    else kept[message.key] = message.value;
    answer({ key: message.key, value: message.value });
  });
})();
