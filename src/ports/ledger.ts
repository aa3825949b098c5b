import type { DocId, IndexName, Revision, Sha256, VersionNumber } from '../domain/ids.js';

export interface VersionKey {
  readonly index: IndexName;
  readonly number: VersionNumber;
}

/** What a version's collection holds of one document. */
export interface LedgerEntry {
  readonly docId: DocId;
  /** Log revision that was considered. */
  readonly revision: Revision;
  /** `rev` the document's points carry; undefined when it has none (deleted, never applied). */
  readonly appliedRevision?: Revision;
  readonly contentHash: Sha256;
  readonly chunkCount: number;
  /** Chain over the points in id order, see `extendChunkDigest`; empty string without points. */
  readonly chunkDigest: string;
  /** Why the latest revision was not applied; the points are those of `appliedRevision`. */
  readonly quarantine?: string;
}

export interface LogDisagreement {
  readonly docId: DocId;
  readonly logRevision: Revision;
  readonly ledgerRevision?: Revision;
}

/** Per version and document what was applied; verification holds the collection against it. */
export interface Ledger {
  entries(version: VersionKey, ids: readonly DocId[]): Promise<ReadonlyMap<DocId, LedgerEntry>>;
  /** Only ever upwards: an entry whose stored revision is higher is left alone. */
  write(version: VersionKey, entries: readonly LedgerEntry[]): Promise<void>;
  /** All entries in document order, in pages. */
  pages(version: VersionKey, pageEntries: number): AsyncIterable<readonly LedgerEntry[]>;
  /** Documents of the log with revision ≤ watermark whose entry is absent or older. */
  disagreements(version: VersionKey, watermark: Revision, limit: number): Promise<readonly LogDisagreement[]>;
  totals(
    version: VersionKey,
  ): Promise<{ readonly documents: number; readonly chunks: number; readonly quarantined: number }>;
  quarantined(version: VersionKey, limit: number): Promise<readonly LedgerEntry[]>;
}
