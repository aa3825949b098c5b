import { setImmediate } from 'node:timers/promises';

import { LifecycleError } from '../../domain/errors.js';
import type { CallOptions } from '../../ports/vector-store.js';
import { isLostConnection, translateError } from './translate-error.js';

export interface Request<T> extends CallOptions {
  /** What we try, for the message: `upsert 256 points into "docs_v1"`. */
  readonly what: string;
  readonly timeoutMs: number;
  /** Sends the request; it must end when the signal fires. */
  readonly send: (init: RequestInit) => Promise<{ readonly data: T }>;
}

/**
 * One request: ends by its time-out or with its caller's signal, errors translated.
 * Every request of ours may be repeated, so one that met a connection the server was just closing is sent again.
 */
export async function callQdrant<T>(request: Request<T>): Promise<T> {
  throwIfCancelled(request);
  const deadline = new AbortController();
  const timer = setTimeout(() => deadline.abort(), request.timeoutMs);
  const forward = (): void => deadline.abort();
  request.signal?.addEventListener('abort', forward, { once: true });
  try {
    // After a long computation the event loop has not yet seen which connections the server closed.
    await setImmediate();
    return (await sendTwice(request, deadline.signal)).data;
  } catch (error) {
    throwIfCancelled(request);
    throw translateError(error, {
      what: request.what,
      ...(deadline.signal.aborted ? { timedOutAfterMs: request.timeoutMs } : {}),
    });
  } finally {
    clearTimeout(timer);
    request.signal?.removeEventListener('abort', forward);
  }
}

async function sendTwice<T>(request: Request<T>, signal: AbortSignal): Promise<{ readonly data: T }> {
  try {
    return await request.send({ signal });
  } catch (error) {
    if (!isLostConnection(error) || signal.aborted) throw error;
    return await request.send({ signal });
  }
}

function throwIfCancelled({ what, signal }: Request<unknown>): void {
  if (signal?.aborted !== true) return;
  throw new LifecycleError('CANCELLED', `Cannot ${what}: the caller gave up`, { cause: signal.reason });
}
