import { setImmediate as nextTurn } from 'node:timers/promises';

/** A turn of the event loop shorter than this delays no heartbeat and no answer that matters. */
const TURN_MS = 15;

/** Lets timers and sockets have their turn during long work on the main thread. */
export class Pace {
  private turnBegan = performance.now();

  /** Whether {@link breathe} is due; asked in tight loops, where awaiting each time would cost more than the work. */
  get due(): boolean {
    return performance.now() - this.turnBegan >= TURN_MS;
  }

  /** Yields when this turn has lasted long enough. */
  async breathe(): Promise<void> {
    if (!this.due) return;
    await nextTurn();
    this.turnBegan = performance.now();
  }
}
