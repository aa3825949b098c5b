import type { Slice } from '../domain/corpus/document.js';
import type { DocId, Revision } from '../domain/ids.js';
import type { VersionKey } from './ledger.js';

export interface WriterGrant {
  readonly writer: number;
  readonly watermark: Revision;
  /** Until the last lease of a superseded writer has run out, milliseconds ≥ 0: wait this long before writing. */
  readonly waitMs: number;
}

export interface LeaseGrant {
  readonly attempt: number;
  /** As in {@link WriterGrant}, for a superseded attempt at this slice. */
  readonly waitMs: number;
}

export interface SliceLease extends VersionKey, Slice {
  readonly writer: number;
  readonly attempt: number;
}

/**
 * Who may write points of a version, and until when (database time). Nothing here protects Qdrant by itself:
 * before each request the attempt renews its lease, and the request's time-out ends before the lease does.
 */
export interface WriterFence {
  /**
   * Raise `version.writer`. Documents of leases that were still open are queued for a sweep in the same transaction.
   */
  takeOver(version: VersionKey): Promise<WriterGrant>;
  /**
   * Begin an attempt at a slice; an open lease of an earlier attempt is superseded and its documents queued.
   * @throws LifecycleError `STALE_WRITER` when `writer` is not the version's any more.
   */
  acquire(slice: VersionKey & Slice & { readonly writer: number }, leaseMs: number): Promise<LeaseGrant>;
  /** @throws LifecycleError `STALE_WRITER` or `LEASE_LOST`: this attempt may not write any more. */
  renew(lease: SliceLease, leaseMs: number): Promise<void>;
  /** The attempt is done and has no request under way. */
  release(lease: SliceLease): Promise<void>;
  /** Whether any slice of the version holds a lease that has not run out. */
  anyLease(version: VersionKey): Promise<boolean>;

  /** Documents whose points may be a superseded attempt's, oldest first. */
  queuedSweeps(version: VersionKey, limit: number): Promise<readonly DocId[]>;
  /**
   * These documents are swept. With `writer`, only while it is still the version's: a later take-over may have queued
   * the same documents again.
   * @throws LifecycleError `STALE_WRITER`
   */
  finishSweeps(version: VersionKey & { readonly writer?: number }, ids: readonly DocId[]): Promise<void>;
  /** Compare-and-set on `writer`; refused while sweeps are queued or a switch names the version. @returns the watermark afterwards */
  advanceWatermark(version: VersionKey & { readonly writer: number }, to: Revision): Promise<Revision>;
}
