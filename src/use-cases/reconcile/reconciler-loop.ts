import { setTimeout as delay } from 'node:timers/promises';
import type { Ports } from '../../ports/index.js';
import { reconcileIndex } from './reconcile-index.js';

/** Longest pause between two passes: drift heals within seconds. */
const MAX_PAUSE_MS = 10_000;

export interface ReconcilerLoop {
  readonly ports: Pick<Ports, 'registry' | 'vectors'>;
  /** Pause between passes, milliseconds, at most 10,000 (which is the default). */
  readonly everyMs?: number;
  readonly signal: AbortSignal;
  /** Told of every failed pass; the loop goes on, because registry and vector store come back. */
  readonly onError?: (error: unknown) => void;
}

/** Reconcile every index, again and again, until the signal aborts. Never rejects. */
export async function reconcilerLoop(loop: ReconcilerLoop): Promise<void> {
  const pauseMs = Math.min(loop.everyMs ?? MAX_PAUSE_MS, MAX_PAUSE_MS);
  while (!loop.signal.aborted) {
    await onePass(loop);
    await delay(pauseMs, undefined, { signal: loop.signal, ref: false }).catch(() => undefined);
  }
}

/** One index that cannot be reconciled must not keep the others waiting. */
async function onePass({ ports, signal, onError }: ReconcilerLoop): Promise<void> {
  try {
    for (const { index } of await ports.registry.indexes()) {
      if (signal.aborted) return;
      await reconcileIndex(ports, index).catch((error: unknown) => onError?.(error));
    }
  } catch (error) {
    onError?.(error);
  }
}
