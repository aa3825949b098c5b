import { setTimeout as sleep } from 'node:timers/promises';
import { LifecycleError } from '../../domain/errors.js';

export interface WaitOptions {
  readonly signal?: AbortSignal;
  /** How long a freeze is waited out, milliseconds ≥ 0; default 30 minutes. */
  readonly freezeWaitMs?: number;
}

const FREEZE_WAIT_MS = 30 * 60_000;
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 2_000;

/**
 * Do it once the log takes new revisions: comparisons and promotions freeze it for a while.
 *
 * @throws {LifecycleError} `LOG_FROZEN` when the freeze outlasts `freezeWaitMs`.
 */
export async function whenThawed<T>(write: () => Promise<T>, options: WaitOptions): Promise<T> {
  const deadline = performance.now() + (options.freezeWaitMs ?? FREEZE_WAIT_MS);
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
    options.signal?.throwIfAborted();
    try {
      return await write();
    } catch (error) {
      if (!isFrozen(error) || performance.now() + pauseMs > deadline) throw error;
    }
    await sleep(pauseMs, undefined, { signal: options.signal });
  }
}

const isFrozen = (error: unknown): boolean => error instanceof LifecycleError && error.code === 'LOG_FROZEN';
