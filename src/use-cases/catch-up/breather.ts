import { setImmediate } from 'node:timers/promises';

/** Longest stretch without a pause, milliseconds. */
const STRETCH_MS = 8;

/** Lets other work of the process through during a long computation: heartbeats, requests, answers. */
export class Breather {
  private since = performance.now();

  /** Call it once per small step. */
  async breathe(): Promise<void> {
    if (performance.now() - this.since < STRETCH_MS) return;
    await setImmediate();
    this.since = performance.now();
  }
}
