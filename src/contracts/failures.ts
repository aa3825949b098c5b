import { FAILURE_CODES, type FailureCode } from '../domain/errors.js';

/** Codes that may stand for something that passes by itself; the failure's own `nonRetryable` decides each time. */
const PASSING: ReadonlySet<FailureCode> = new Set<FailureCode>([
  'SERVICE_UNAVAILABLE',
  'LOG_FROZEN',
  'EMBED_RATE_LIMITED',
  'EMBED_UNAVAILABLE',
  'EMBED_REPLY_INVALID',
  'MODEL_UNAVAILABLE',
  'VECTORS_UNAVAILABLE',
  'VECTORS_INCOMPLETE',
  'LEASE_LOST',
  'SWITCH_OPEN',
  'REGISTRY_UNAVAILABLE',
  'INTERNAL',
]);

/**
 * Failure types no retry policy may repeat. `PayloadsTooLarge` is the worker's own: by default it would be
 * retried for ever.
 */
export const FINAL_FAILURES: readonly string[] = [
  ...FAILURE_CODES.filter((code) => !PASSING.has(code)),
  'PayloadsTooLarge',
];
