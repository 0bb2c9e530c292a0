import { startPackage } from './main-package.js';
import { findApi } from './scorm-api.js';
import { createScorm } from './scorm.js';
import { scorm2004 } from './scorm2004.js';

startPackage((data, timers, tell) => {
  const api = findApi(window, 'API_1484_11');
  return api && createScorm(scorm2004(), api, timers, tell);
});
