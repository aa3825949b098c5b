/** What the Worker bundles: the name of an export is the type of its workflow. */
export { catchUp } from './catch-up.js';
export { promote } from './promote.js';
export { reindex } from './reindex.js';
export { rollBack } from './roll-back.js';
export { scan } from './scan.js';
