import { startPackage } from './main-package.js';

startPackage(() => null);
