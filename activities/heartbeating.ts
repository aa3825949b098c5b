import { Context } from '@temporalio/activity';

/** How often a long activity says that it is alive, milliseconds. */
const BEAT_MS = 1_000;

export interface Watched<P> {
  /** Aborts when the workflow cancels the activity or the worker shuts down. */
  readonly signal: AbortSignal;
  readonly onProgress: (progress: P) => void;
}

/**
 * Run long work with a heartbeat. Heartbeats are liveness and progress, never a cursor: a retry learns from the
 * ledger what is done.
 */
export async function heartbeating<P, R>(work: (watched: Watched<P>) => Promise<R>): Promise<R> {
  const context = Context.current();
  let latest: P | undefined;
  const timer = setInterval(() => context.heartbeat(latest), BEAT_MS);
  context.heartbeat();
  try {
    return await work({
      signal: context.cancellationSignal,
      onProgress: (progress) => {
        latest = progress;
      },
    });
  } finally {
    clearInterval(timer);
  }
}
