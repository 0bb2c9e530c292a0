import { startPackage } from './main-package.js';
import { findApi } from './scorm-api.js';
import { createScorm } from './scorm.js';
import { scorm12 } from './scorm12.js';

startPackage((data, timers, tell) => {
  const api = findApi(window, 'API');
  return api && createScorm(scorm12(data.status), api, timers, tell);
});
