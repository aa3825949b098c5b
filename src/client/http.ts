import type { ErrorAnswer } from '../contracts/search.js';

/** The gateway said no, or could not be reached. */
export class CutoverError extends Error {
  constructor(
    /** Stable code such as `NOT_FOUND` or `VECTORS_UNAVAILABLE`; `UNREACHABLE` and `TIMEOUT` come from this side. */
    readonly code: string,
    message: string,
    readonly detail: {
      /** HTTP status; undefined when no answer came. */
      readonly status?: number;
      /** The next step. */
      readonly hint?: string;
      readonly cause?: unknown;
    } = {},
  ) {
    super(message, { cause: detail.cause });
    this.name = 'CutoverError';
  }
}

export interface HttpOptions {
  /** Address of the gateway, such as `http://127.0.0.1:8080`. */
  readonly url: string;
  /** Longest wait for one answer, milliseconds. Default 15,000. */
  readonly timeoutMs?: number;
  /** Further attempts after 503 or a broken connection. Default 2: searches are safe to repeat. */
  readonly retries?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly fetch?: typeof fetch;
}

export interface HttpCall {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly body?: unknown;
  readonly signal?: AbortSignal | undefined;
}

const RETRIES = 2;
const TIMEOUT_MS = 15_000;
const FIRST_PAUSE_MS = 100;
/** A longer `Retry-After` is the caller's decision. */
const MAX_PAUSE_MS = 5000;

/** @throws CutoverError after the last attempt; the caller's own abort passes through. */
export async function call<T>(options: HttpOptions, request: HttpCall): Promise<T> {
  const retries = options.retries ?? RETRIES;
  for (let attempt = 0; ; attempt += 1) {
    const outcome = await once<T>(options, request);
    if (outcome.kind === 'ok') return outcome.answer;
    request.signal?.throwIfAborted();
    if (attempt >= retries || !outcome.again) throw outcome.error;
    await pause(Math.min(outcome.afterMs ?? FIRST_PAUSE_MS * 2 ** attempt, MAX_PAUSE_MS));
  }
}

type Outcome<T> =
  | { readonly kind: 'ok'; readonly answer: T }
  | { readonly kind: 'failed'; readonly error: CutoverError; readonly again: boolean; readonly afterMs?: number };

async function once<T>(options: HttpOptions, request: HttpCall): Promise<Outcome<T>> {
  const timeout = AbortSignal.timeout(options.timeoutMs ?? TIMEOUT_MS);
  try {
    const response = await (options.fetch ?? fetch)(new URL(request.path, withSlash(options.url)), {
      method: request.method,
      headers: { accept: 'application/json', 'content-type': 'application/json', ...options.headers },
      ...(request.body !== undefined && { body: JSON.stringify(request.body) }),
      signal: request.signal ? AbortSignal.any([request.signal, timeout]) : timeout,
    });
    if (response.ok) return { kind: 'ok', answer: (await response.json()) as T };
    return refused(response, await response.text());
  } catch (cause) {
    const code = timeout.aborted ? 'TIMEOUT' : 'UNREACHABLE';
    const why = cause instanceof Error ? cause.message : String(cause);
    const error = new CutoverError(code, `No answer from ${options.url}: ${why}`, { cause });
    return { kind: 'failed', error, again: code === 'UNREACHABLE' };
  }
}

function refused(response: Response, text: string): Outcome<never> {
  const { status } = response;
  const { code, message, hint } = errorOf(text) ?? { code: 'INTERNAL', message: `HTTP ${status}`, hint: null };
  const seconds = Number(response.headers.get('retry-after') ?? Number.NaN);
  return {
    kind: 'failed',
    error: new CutoverError(code, message, { status, ...(hint !== null && { hint }) }),
    again: status === 503,
    ...(Number.isFinite(seconds) && { afterMs: seconds * 1000 }),
  };
}

/** A proxy in between may answer with anything. */
function errorOf(text: string): ErrorAnswer['error'] | undefined {
  try {
    return (JSON.parse(text) as Partial<ErrorAnswer>).error;
  } catch {
    return undefined;
  }
}

const withSlash = (url: string): string => (url.endsWith('/') ? url : `${url}/`);
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
