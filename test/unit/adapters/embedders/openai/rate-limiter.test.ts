import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { RateLimiter } from '../../../../../src/adapters/embedders/openai/rate-limiter.js';

// Waiting moves the clock, and takes no time.
vi.mock('node:timers/promises', () => ({
  setTimeout: async (ms: number) => void vi.advanceTimersByTime(ms),
}));

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

/** Milliseconds that `count` requests of so many tokens take, one after another. */
async function timeOf(limiter: RateLimiter, count: number, tokens: number): Promise<number> {
  const began = performance.now();
  for (let taken = 0; taken < count; taken += 1) await limiter.take(tokens, undefined);
  return performance.now() - began;
}

describe('RateLimiter', () => {
  test('lets everything through at once without limits', async () => {
    expect(await timeOf(new RateLimiter({}), 1_000, 1_000_000)).toBe(0);
  });

  test('spreads requests over the minute, after a burst of a sixth', async () => {
    // 60 a minute: 10 at once, the other 50 one a second.
    const ms = await timeOf(new RateLimiter({ requestsPerMinute: 60 }), 60, 1);
    expect(ms).toBeGreaterThan(49_000);
    expect(ms).toBeLessThan(52_000);
  });

  test('spreads tokens over the minute as well, whichever limit is nearer', async () => {
    // 6,000 tokens a minute: 1,000 at once, then 100 a second; 4,000 more take 40 s.
    const ms = await timeOf(new RateLimiter({ requestsPerMinute: 10_000, tokensPerMinute: 6_000 }), 10, 500);
    expect(ms).toBeGreaterThan(39_000);
    expect(ms).toBeLessThan(42_000);
  });

  test('lets a request above the burst through, and pays it back before the next', async () => {
    const limiter = new RateLimiter({ tokensPerMinute: 6_000 });
    expect(await timeOf(limiter, 1, 3_000)).toBe(0);
    // 2,000 tokens in debt and 500 more to come: 25 s at 100 a second.
    const ms = await timeOf(limiter, 1, 500);
    expect(ms).toBeGreaterThan(24_000);
    expect(ms).toBeLessThan(26_000);
  });
});
