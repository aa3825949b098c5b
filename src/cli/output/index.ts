export { exitCodeFor } from './describe-error.js';
export { formatBytes, formatCount, formatDuration } from './format.js';
export { oneLine, printable } from './printable.js';
export { createReporter, wantsColor, type Reporter } from './reporter.js';
export { table } from './table.js';
