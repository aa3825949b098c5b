import { performance } from 'node:perf_hooks';

// A request may wait behind this much of another one's work, and no more.
const SLICE_MS = 8;

let queue: Promise<void> = Promise.resolve();

/**
 * Lets long work on the one thread make room. All breathers take turns: however many scans run,
 * the event loop gets to its sockets after each slice.
 */
export class Breather {
  private sliceEnds = performance.now() + SLICE_MS;

  /** Call between small pieces of work, each well below a slice. @returns undefined when there is no need to wait */
  pause(): Promise<void> | undefined {
    return performance.now() < this.sliceEnds ? undefined : this.yield();
  }

  private async yield(): Promise<void> {
    queue = queue.then(() => new Promise((resolve) => setImmediate(resolve)));
    await queue;
    this.sliceEnds = performance.now() + SLICE_MS;
  }
}
