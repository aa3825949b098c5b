import { setTimeout as sleep } from 'node:timers/promises';
import type { Slice } from '../../domain/corpus/document.js';
import { LifecycleError } from '../../domain/errors.js';
import type { VersionKey } from '../../ports/ledger.js';
import type { CallOptions } from '../../ports/vector-store.js';
import type { SliceLease, WriterFence } from '../../ports/writer-fence.js';

/** How long an attempt may write after it last asked, database time. */
export const LEASE_MS = 15_000;
/** A request ends so long before its lease does: clocks drift, and an answer takes its way back. */
const MARGIN_MS = 3_000;
/** While a superseded attempt is waited for, the lease is renewed this often. */
const WAIT_STEP_MS = 5_000;

/**
 * The only way from an attempt at a slice to the vector store. Before each request the lease is renewed, and
 * the request ends before the lease could: whoever takes over waits for the lease and so for the request.
 */
export class FencedWriter {
  private isUncertain = false;

  private constructor(
    private readonly fence: WriterFence,
    private readonly lease: SliceLease,
    private readonly signal: AbortSignal | undefined,
  ) {}

  /**
   * Begin an attempt; returns once no request of an earlier attempt can be under way.
   *
   * @throws {LifecycleError} `STALE_WRITER`
   */
  static async begin(
    fence: WriterFence,
    slice: VersionKey & Slice & { readonly writer: number },
    signal?: AbortSignal,
  ): Promise<FencedWriter> {
    const { attempt, waitMs } = await fence.acquire(slice, LEASE_MS);
    const lease = { ...slice, attempt };
    for (let left = waitMs; left > 0; left -= WAIT_STEP_MS) {
      await sleep(Math.min(left, WAIT_STEP_MS), undefined, { signal });
      await fence.renew(lease, LEASE_MS);
    }
    return new FencedWriter(fence, lease, signal);
  }

  /** @throws {LifecycleError} `STALE_WRITER`, `LEASE_LOST`, and whatever the request fails with. */
  async write(send: (options: CallOptions) => Promise<void>): Promise<void> {
    this.signal?.throwIfAborted();
    const askedAt = performance.now();
    await this.fence.renew(this.lease, LEASE_MS);
    const timeoutMs = Math.floor(LEASE_MS - MARGIN_MS - (performance.now() - askedAt));
    if (timeoutMs <= 0) throw tooLate();
    try {
      await send({ timeoutMs, signal: this.signal });
    } catch (error) {
      this.isUncertain ||= !wasAnswered(error);
      throw error;
    }
  }

  /**
   * Give the lease back, unless a request went unanswered: it may still be applied, so the lease has to run
   * out before anybody else writes. Call it when no request is under way.
   */
  async end(): Promise<void> {
    if (!this.isUncertain) await this.fence.release(this.lease);
  }
}

/** A refusal is an answer: nothing of that request is under way any more. */
const wasAnswered = (error: unknown): boolean => error instanceof LifecycleError && error.code === 'VECTORS_REFUSED';

function tooLate(): LifecycleError {
  return new LifecycleError('LEASE_LOST', `Renewing the lease took longer than it lasts (${LEASE_MS} ms)`, {
    retryable: true,
    hint: 'The database or this process is overloaded; the slice is tried again.',
  });
}
