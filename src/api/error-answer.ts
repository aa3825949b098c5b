import type { ErrorAnswer } from '../contracts/search.js';
import type { FailureCode } from '../domain/errors.js';
import { LifecycleError } from '../domain/errors.js';

export type ErrorStatus = 400 | 404 | 409 | 413 | 500 | 502 | 503;

export interface HttpError {
  readonly status: ErrorStatus;
  readonly body: ErrorAnswer;
  /** Whole seconds ≥ 1, on 503 only. */
  readonly retryAfterSeconds?: number;
}

/** What is neither the caller's fault nor passing is 500: 502 when a service we depend on is to blame. */
const STATUS: Readonly<Partial<Record<FailureCode, ErrorStatus>>> = {
  USAGE: 400,
  DIMENSION_MISMATCH: 400,
  EMBED_INPUT_REFUSED: 400,
  NOT_FOUND: 404,
  STALE_EPOCH: 409,
  VECTORS_REFUSED: 502,
  EMBED_REPLY_INVALID: 502,
  AUTH_FAILED: 502,
  QUOTA_EXCEEDED: 502,
  VECTORS_UNAVAILABLE: 503,
  VECTORS_INCOMPLETE: 503,
  EMBED_UNAVAILABLE: 503,
  EMBED_RATE_LIMITED: 503,
  REGISTRY_UNAVAILABLE: 503,
  SERVICE_UNAVAILABLE: 503,
};

const RETRY_AFTER_SECONDS = 1;

/** What a caller is told of a failure; nothing of what was not meant for callers. */
export function errorAnswer(error: unknown): HttpError {
  if (!(error instanceof LifecycleError)) return { status: 500, body: body('INTERNAL', 'The gateway failed') };
  const status = STATUS[error.code] ?? (error.retryable ? 503 : 500);
  return {
    status,
    body: body(error.code, error.message, error.hint),
    ...(status === 503 && {
      retryAfterSeconds: Math.max(RETRY_AFTER_SECONDS, Math.ceil((error.retryAfterMs ?? 0) / 1000)),
    }),
  };
}

/** Body of a refusal that is not an error of ours. */
export const body = (code: FailureCode, message: string, hint?: string): ErrorAnswer => ({
  error: { code, message, hint: hint ?? null },
});
