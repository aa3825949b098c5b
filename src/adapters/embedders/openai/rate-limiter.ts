import { setTimeout as sleep } from 'node:timers/promises';

const MINUTE_MS = 60_000;
/** Share of a minute's allowance that may be used at once after a pause. */
const BURST = 1 / 6;

/** One allowance that refills evenly; a cost above the burst is let through and paid back before the next. */
class Allowance {
  private level: number;
  private filledAt = performance.now();

  constructor(private readonly perMinute: number) {
    this.level = this.capacity;
  }

  /** Milliseconds until `cost` may be taken. */
  waitMs(cost: number): number {
    this.refill();
    const missing = Math.min(cost, this.capacity) - this.level;
    return missing <= 0 ? 0 : Math.ceil((missing / this.perMinute) * MINUTE_MS);
  }

  take(cost: number): void {
    this.refill();
    this.level -= cost;
  }

  private get capacity(): number {
    return Math.max(1, this.perMinute * BURST);
  }

  private refill(): void {
    const now = performance.now();
    this.level = Math.min(this.capacity, this.level + ((now - this.filledAt) / MINUTE_MS) * this.perMinute);
    this.filledAt = now;
  }
}

/** Keeps this process below a provider's limits, so that 429 is the exception. */
export class RateLimiter {
  private readonly requests: Allowance | undefined;
  private readonly tokens: Allowance | undefined;

  constructor(limits: { readonly requestsPerMinute?: number; readonly tokensPerMinute?: number }) {
    this.requests = limits.requestsPerMinute === undefined ? undefined : new Allowance(limits.requestsPerMinute);
    this.tokens = limits.tokensPerMinute === undefined ? undefined : new Allowance(limits.tokensPerMinute);
  }

  /** Wait for one request of this many tokens. @throws the signal's reason when it is aborted meanwhile. */
  async take(tokens: number, signal: AbortSignal | undefined): Promise<void> {
    for (;;) {
      const waitMs = Math.max(this.requests?.waitMs(1) ?? 0, this.tokens?.waitMs(tokens) ?? 0);
      if (waitMs === 0) break;
      await sleep(waitMs, undefined, { signal });
    }
    this.requests?.take(1);
    this.tokens?.take(tokens);
  }
}
