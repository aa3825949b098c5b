import { LifecycleError } from '../../domain/errors.js';
import type { FailureCode, FailureDetail } from '../../domain/errors.js';
import type { JsonObject } from '../../domain/json.js';

// Long enough for any of Qdrant's own sentences, short enough for a failure in a workflow's history.
const MAX_MESSAGE = 500;

const LOST_CONNECTION: ReadonlySet<unknown> = new Set(['UND_ERR_SOCKET', 'ECONNRESET']);

/**
 * Say what an error of the client means to us; the original is kept as `cause`.
 *
 * @param attempt.timedOutAfterMs  Set when it was our own deadline that ended the request.
 */
export function translateError(
  error: unknown,
  attempt: { readonly what: string; readonly timedOutAfterMs?: number },
): LifecycleError {
  if (error instanceof LifecycleError) return error;
  if (attempt.timedOutAfterMs !== undefined) {
    return failure('VECTORS_UNAVAILABLE', `${attempt.what}: no answer within ${attempt.timedOutAfterMs} ms`, {
      retryable: true,
      cause: error,
    });
  }
  const status = statusOf(error);
  const { code, ...detail } = status === undefined ? unreachable(error) : refused(status);
  const facts: JsonObject = status === undefined ? {} : { status };
  return failure(code, `${attempt.what}: ${describe(error, status)}`, { ...detail, facts, cause: error });
}

/** The server closed the connection before it answered: mostly one that had been idle. */
export function isLostConnection(error: unknown): boolean {
  return error instanceof TypeError && LOST_CONNECTION.has((error.cause as { code?: unknown } | undefined)?.code);
}

type Meaning = FailureDetail & { readonly code: FailureCode };

function refused(status: number): Meaning {
  if (status === 401 || status === 403) {
    return { code: 'AUTH_FAILED', hint: 'Check the API key and its rights (QDRANT_API_KEY).' };
  }
  if (status === 404) return { code: 'NOT_FOUND' };
  if (status === 409) return { code: 'COLLECTION_CONFLICT' };
  if (status === 507) return { code: 'VECTORS_REFUSED', hint: 'Raise the quota of the vector store or free space.' };
  const passes = status === 408 || status === 429 || (status >= 500 && status !== 501);
  return passes ? { code: 'VECTORS_UNAVAILABLE', retryable: true } : { code: 'VECTORS_REFUSED' };
}

function unreachable(error: unknown): Meaning {
  if (nameOf(error) === 'QdrantClientResourceExhaustedError') return { code: 'VECTORS_UNAVAILABLE', retryable: true };
  if (nameOf(error) === 'QdrantClientUnexpectedResponseError') return { code: 'VECTORS_INCOMPLETE', retryable: true };
  return {
    code: 'VECTORS_UNAVAILABLE',
    retryable: true,
    hint: 'Check that the vector store is running and that QDRANT_URL names it.',
  };
}

/** HTTP status of the client's `ApiError`; its class is not exported, and its name is just "Error". */
function statusOf(error: unknown): number | undefined {
  const status = (error as { status?: unknown } | null)?.status;
  return typeof status === 'number' ? status : undefined;
}

function describe(error: unknown, status: number | undefined): string {
  const data = (error as { data?: unknown } | null)?.data;
  const said = (data as { status?: { error?: unknown } } | undefined)?.status?.error ?? data;
  const text = typeof said === 'string' ? said : error instanceof Error ? error.message : String(error);
  if (status !== undefined) return `${status} ${text}`;
  const cause = (error as { cause?: { code?: unknown; message?: unknown } } | null)?.cause;
  return cause === undefined ? text : `${text} (${String(cause.code ?? cause.message)})`;
}

function failure(code: FailureCode, message: string, detail: FailureDetail): LifecycleError {
  const whole = `Vector store failed to ${message}`;
  return new LifecycleError(code, whole.length > MAX_MESSAGE ? `${whole.slice(0, MAX_MESSAGE - 1)}…` : whole, detail);
}

const nameOf = (error: unknown): string | undefined => (error instanceof Error ? error.name : undefined);
