// The LMS's side in the browser: scorm-again behind a wrapper that logs every call and can be as strict as the strictest LMS.
(function () {
  var query = new URLSearchParams(location.search);
  var old = query.get('version') === 'scorm12';
  var learner = query.get('learner');
  var request = new XMLHttpRequest();
  request.open('GET', '/lms/state/' + learner, false);
  request.send();
  var saved = JSON.parse(request.responseText);

  var Api = old ? window.Scorm12API : window.Scorm2004API;
  var api = new Api({ logLevel: 5, lmsCommitUrl: '/lms/commit/' + learner, selfReportSessionTime: true });
  var cmi = (saved && saved.cmi) || {};
  var core = old ? (cmi.core = cmi.core || {}) : cmi;
  // As Moodle does it: what was stored comes back whole in 1.2, and in 2004 only after a suspend.
  if (!old && core.exit !== 'suspend') cmi = core = {};
  core.entry = core.exit === 'suspend' ? 'resume' : saved ? '' : 'ab-initio';
  delete core.exit;
  delete core.session_time;
  core[old ? 'student_id' : 'learner_id'] = learner;
  core[old ? 'student_name' : 'learner_name'] = 'Learner, Ada';
  core[old ? 'lesson_mode' : 'mode'] = query.get('mode') || 'normal';
  core.credit = query.get('mode') === 'review' ? 'no-credit' : 'credit';
  api.loadFromJSON({ cmi: cmi }, '');

  var log = (window.calls = []);
  var limit = Number(query.get('limit')) || 0;
  var names = old
    ? ['LMSInitialize', 'LMSFinish', 'LMSGetValue', 'LMSSetValue', 'LMSCommit']
    : ['Initialize', 'Terminate', 'GetValue', 'SetValue', 'Commit'];
  var refused = '0';
  var outside = {};
  names.forEach(function (name, index) {
    outside[name] = function (element, value) {
      refused = '0';
      var answer;
      var down = window.down && index === 4;
      if (down || (index === 3 && limit && element === 'cmi.suspend_data' && value.length > limit)) {
        refused = down ? '101' : '405';
        answer = 'false';
      } else {
        answer = index < 2 || index === 4 ? api[name]('') : index === 2 ? api[name](element) : api[name](element, value);
      }
      var error = refused !== '0' ? refused : String(api[old ? 'LMSGetLastError' : 'GetLastError']());
      var kind = ['initialize', 'finish', 'get', 'set', 'commit'][index];
      log.push({ kind: kind, element: element, value: value, answer: String(answer), error: error });
      // Beacons survive the tab; the server keeps the last one.
      if (index === 1 || index === 4) navigator.sendBeacon('/lms/log/' + learner, JSON.stringify(log));
      return answer;
    };
  });
  ['GetLastError', 'GetErrorString', 'GetDiagnostic'].forEach(function (part) {
    var name = old ? 'LMS' + part : part;
    outside[name] = function (code) {
      return part === 'GetLastError' && refused !== '0' ? refused : api[name](code);
    };
  });
  window[old ? 'API' : 'API_1484_11'] = outside;
  window.stored = function () {
    return JSON.parse(JSON.stringify(api.renderCommitCMI(false)));
  };
  document.getElementById('sco').src = '/package/' + query.get('package') + '/index.html';
})();
