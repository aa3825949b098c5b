import { CancellationScope, condition, workflowInfo } from '@temporalio/workflow';
import type { SliceRange } from '../src/contracts/activities.js';
import { lengthy, onEmbedQueue } from './proxies.js';

export interface Round {
  readonly index: string;
  readonly version: number;
  readonly writer: number;
  readonly embedQueue: string;
  /** Slices in flight, integer ≥ 1. */
  readonly window: number;
  readonly watermark: number;
  /** Contiguous, in order. */
  readonly slices: readonly SliceRange[];
}

/**
 * Apply slices, several at once. The watermark follows the lowest contiguous finished one.
 * Once the history is long no further slice is begun, so that the execution can continue as new.
 *
 * @returns the watermark, when nothing is in flight any more
 */
export async function applyRound(round: Round): Promise<number> {
  const { index, version, writer, slices } = round;
  const { applySlice } = onEmbedQueue(round.embedQueue);
  const finished = new Set<number>();
  let next = 0;
  let contiguous = 0;
  let watermark = round.watermark;
  let drained = false;

  const lane = async (): Promise<void> => {
    while (next < slices.length && !workflowInfo().continueAsNewSuggested) {
      const mine = next;
      next += 1;
      await applySlice({ index, version, writer, slice: slices[mine]! });
      finished.add(mine);
      while (finished.delete(contiguous)) contiguous += 1;
    }
  };
  const reached = (): number => slices[contiguous - 1]?.to ?? round.watermark;
  const advance = async (): Promise<void> => {
    while (!drained || reached() > watermark) {
      if (reached() > watermark) {
        watermark = await lengthy.advanceWatermark({ index, version, writer, to: reached() });
      }
      await condition(() => drained || reached() > watermark);
    }
  };
  const lanes = async (): Promise<void> => {
    await Promise.all(Array.from({ length: Math.min(round.window, slices.length) }, lane));
    drained = true;
  };

  await together([lanes, advance]);
  return watermark;
}

/** Run all; when one fails the others are cancelled and waited for, so that nothing is left in flight. */
async function together(parts: readonly (() => Promise<void>)[]): Promise<void> {
  const scope = new CancellationScope();
  await scope.run(async () => {
    const running = parts.map((part) => part());
    try {
      await Promise.all(running);
    } catch (error) {
      scope.cancel();
      await Promise.allSettled(running);
      throw error;
    }
  });
}
