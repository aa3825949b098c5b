export { formatBytes, formatCount, formatDuration } from './format.js';
export { oneLine } from './printable.js';
export { createReporter, type Reporter } from './reporter.js';
export { table } from './table.js';
