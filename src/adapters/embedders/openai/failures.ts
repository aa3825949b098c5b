import { APIConnectionError, APIError, APIUserAbortError } from 'openai';
import { LifecycleError } from '../../../domain/errors.js';

const LONGEST_WAIT_MS = 15 * 60_000;

/** The server says that this request, as it is, will never be answered: the texts' fault or their number's. */
export class RequestRefused extends Error {
  constructor(
    readonly status: number,
    cause: APIError,
  ) {
    super(cause.message, { cause });
  }
}

export interface Asked {
  readonly model: string;
  /** Name of the environment variable with the key. */
  readonly apiKeyEnv: string;
}

/** A variable is read when a process starts; secrets never travel through Temporal. */
export const RESTART = 'A running worker sees it only after `cutover down && cutover up`.';

/**
 * Translate what the client throws.
 *
 * @returns `LifecycleError` with a code of the port, {@link RequestRefused} for 400, 413 and 422, or the error itself
 *   when it is an abort that the caller asked for or no error of the client's.
 */
export function translateFailure(error: unknown, { model, apiKeyEnv }: Asked): unknown {
  if (error instanceof APIUserAbortError || !(error instanceof APIError)) return error;
  if (error instanceof APIConnectionError || error.status === undefined) return unavailable(error, 'does not answer');
  const status: number = error.status;
  if (status === 429) return tooMany(error);
  if (status === 401 || status === 403) return refusedKey(error, { status, apiKeyEnv });
  if (status === 400 || status === 413 || status === 422) return new RequestRefused(status, error);
  if (status >= 500 || status === 408 || status === 409) return unavailable(error, `answered ${status}`);
  return new LifecycleError(
    'MODEL_INVALID',
    `The embedding server answered ${status} for model "${model}": ${error.message}`,
    {
      hint: 'Check embedder.model and embedder.baseUrl (it includes /v1).',
      facts: { status, model },
      cause: error,
    },
  );
}

/**
 * How long a server asks to wait, from `retry-after-ms` or `retry-after` (seconds or an HTTP date).
 *
 * @returns milliseconds in [0, 15 minutes]; undefined when it does not say
 */
export function retryAfterMs(headers: Headers | undefined, nowMs: number): number | undefined {
  const exact = Number.parseFloat(headers?.get('retry-after-ms') ?? '');
  if (Number.isFinite(exact)) return clamp(exact);
  const text = headers?.get('retry-after')?.trim();
  if (!text) return undefined;
  if (/^\d+(\.\d+)?$/.test(text)) return clamp(Number(text) * 1_000);
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : clamp(date - nowMs);
}

function clamp(waitMs: number): number {
  return Math.min(Math.max(0, Math.ceil(waitMs)), LONGEST_WAIT_MS);
}

function tooMany(error: APIError): LifecycleError {
  if (error.code === 'insufficient_quota' || error.type === 'insufficient_quota')
    return new LifecycleError('QUOTA_EXCEEDED', 'The embedding account has no quota left', {
      hint: 'Add credit or raise the limit with the provider, then start again: finished work is kept.',
      cause: error,
    });
  const waitMs = retryAfterMs(error.headers, Date.now());
  return new LifecycleError('EMBED_RATE_LIMITED', 'The embedding server answered 429 (too many requests)', {
    retryable: true,
    hint: 'Set embedder.requestsPerMinute and embedder.tokensPerMinute to the limits of your account.',
    ...(waitMs !== undefined && { retryAfterMs: waitMs }),
    cause: error,
  });
}

function refusedKey(
  error: APIError,
  { status, apiKeyEnv }: { readonly status: number; readonly apiKeyEnv: string },
): LifecycleError {
  return new LifecycleError('AUTH_FAILED', `The embedding server refuses the key (${status})`, {
    hint: `Check the environment variable ${apiKeyEnv}. ${RESTART}`,
    facts: { status, apiKeyEnv },
    cause: error,
  });
}

function unavailable(error: APIError, what: string): LifecycleError {
  const waitMs = retryAfterMs(error.headers, Date.now());
  return new LifecycleError('EMBED_UNAVAILABLE', `The embedding server ${what}`, {
    retryable: true,
    ...(waitMs !== undefined && { retryAfterMs: waitMs }),
    cause: error,
  });
}
