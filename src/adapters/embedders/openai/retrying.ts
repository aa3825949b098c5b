import { setTimeout as sleep } from 'node:timers/promises';
import { LifecycleError } from '../../../domain/errors.js';

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 8_000;
/** Beyond this the caller decides: it can pause the whole slice and tell its operator. */
const PATIENCE_MS = 30_000;

/**
 * Repeat what failed for a while by itself: full-jitter exponential pauses, or the server's own wish, as long as both
 * fit into about 30 s.
 *
 * @throws the last error, or the signal's reason at once when it is aborted.
 */
export async function retrying<Result>(
  attempt: () => Promise<Result>,
  signal: AbortSignal | undefined,
): Promise<Result> {
  const began = performance.now();
  for (let tries = 0; ; tries += 1) {
    try {
      return await attempt();
    } catch (error) {
      signal?.throwIfAborted();
      if (!(error instanceof LifecycleError) || !error.retryable) throw error;
      const pauseMs = error.retryAfterMs ?? jittered(tries);
      if (performance.now() - began + pauseMs > PATIENCE_MS) throw error;
      await sleep(pauseMs, undefined, { signal });
    }
  }
}

function jittered(tries: number): number {
  const ceiling = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** tries);
  return ceiling / 2 + Math.random() * (ceiling / 2);
}
