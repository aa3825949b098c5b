import type { DocumentChange, LogDocument, Slice } from '../domain/corpus/document.js';
import type { ContentKey, DocId, IndexName, Revision } from '../domain/ids.js';

export interface CorpusState {
  readonly index: IndexName;
  readonly head: Revision;
  /** Documents that are present. */
  readonly documents: number;
  readonly freeze?: { readonly owner: string; readonly until: string };
}

export interface ScanHandle {
  readonly index: IndexName;
  /** Number of this scan, ≥ 1, growing. */
  readonly scan: number;
  /** Head when it began: documents changed above it are not deleted by this scan. */
  readonly head: Revision;
}

/**
 * One row per document with its latest revision. Revisions are taken under the corpus row's lock in the
 * transaction that writes the documents, so no reader sees revision n before all below it.
 */
export interface CorpusLog {
  state(index: IndexName): Promise<CorpusState>;
  openScan(index: IndexName): Promise<ScanHandle>;
  /** Rows of these ids, and whether this very scan has already seen them (a duplicate id). */
  lookUp(
    scan: ScanHandle,
    ids: readonly DocId[],
  ): Promise<ReadonlyMap<DocId, LogDocument & { readonly seenByThisScan: boolean }>>;
  /**
   * One transaction: new revisions for `changes` (contents stored too), `unchanged` marked as seen. `hints` are the new
   * ones of unchanged documents that had to be opened to be known as such.
   * @throws LifecycleError `LOG_FROZEN` (retryable) while somebody holds a freeze; nothing is written then.
   */
  record(
    scan: ScanHandle,
    batch: {
      readonly changes: readonly DocumentChange[];
      readonly unchanged: readonly DocId[];
      readonly hints?: ReadonlyMap<DocId, string>;
    },
  ): Promise<{ readonly head: Revision }>;
  /** Raise the misses of present documents this scan did not see and that changed before it began; count them. */
  countMissing(
    scan: ScanHandle,
    deleteAfterMisses: number,
  ): Promise<{ readonly missing: number; readonly due: number }>;
  /** Mark as deleted, each with a revision of its own, every document whose misses are due. */
  deleteDue(
    scan: ScanHandle,
    deleteAfterMisses: number,
  ): Promise<{ readonly deleted: number; readonly head: Revision }>;

  /** Cut `(from, to]` into slices that close at about `maxDocuments` rows or `maxTextBytes` of text, at most `limit`. */
  planSlices(
    index: IndexName,
    range: Slice,
    bounds: { readonly maxDocuments: number; readonly maxTextBytes: number; readonly limit: number },
  ): Promise<readonly Slice[]>;
  /** Rows of a slice by revision, in pages of at most `pageDocuments`, without their text. */
  read(index: IndexName, slice: Slice, pageDocuments: number): AsyncIterable<readonly LogDocument[]>;
  /** Rows of these documents as they are now. */
  documents(index: IndexName, ids: readonly DocId[]): Promise<readonly LogDocument[]>;
  /** Totals for plans and progress: rows and text bytes with `from < revision ≤ to`. */
  measure(
    index: IndexName,
    range: Slice,
  ): Promise<{ readonly documents: number; readonly deleted: number; readonly textBytes: number }>;

  /**
   * Freeze for `forMs` from now (database time), or prolong one's own. A promotion replaces a comparison's freeze.
   * @returns the frozen head, or undefined when another owner holds it
   */
  freeze(
    index: IndexName,
    freeze: { readonly owner: string; readonly forMs: number; readonly replaces: boolean },
  ): Promise<Revision | undefined>;
  release(index: IndexName, owner: string): Promise<void>;
}

/** Extracted text by content key, compressed; written by the log's `record`. */
export interface ContentStore {
  /** Texts of these keys; a missing one is absent from the map. */
  texts(keys: readonly ContentKey[]): Promise<ReadonlyMap<ContentKey, string>>;
}
