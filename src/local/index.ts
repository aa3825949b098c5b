export { tailLogs } from './logs.js';
export { ensureStack } from './stack.js';
export { type ServiceStatus, type StackState } from './stack-state.js';
export { stackStatus } from './stack-status.js';
export { stopStack } from './stop-stack.js';
