/** A turn of the event loop no longer than this delays no heartbeat and no answer that matters. */
const TURN_MS = 10;

// One clock for the whole process. A clock for each piece of work would never strike for many small pieces that
// follow each other without a pause, and too seldom where sixteen of them take turns.
let turnBegan = performance.now();
const waiting: (() => void)[] = [];

/** Whether {@link breathe} would pause; asked in tight loops, where awaiting each time would cost more than the work. */
export function isTurnOver(): boolean {
  return performance.now() - turnBegan >= TURN_MS;
}

/**
 * Lets timers and sockets of the process have their turn during long work on the main thread, once this turn has
 * lasted 10 ms. Call it between steps of a few milliseconds at most. Whoever waits goes on in the order of asking, one
 * a turn.
 */
export async function breathe(): Promise<void> {
  if (!isTurnOver()) return;
  await new Promise<void>((resolve) => {
    waiting.push(resolve);
    if (waiting.length === 1) setImmediate(beginTurn);
  });
}

function beginTurn(): void {
  turnBegan = performance.now();
  waiting.shift()?.();
  if (waiting.length > 0) setImmediate(beginTurn);
}
