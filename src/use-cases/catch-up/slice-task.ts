import { chunkDigest } from '../../domain/chunk/digest.js';
import type { LogDocument } from '../../domain/corpus/document.js';
import type { LedgerEntry } from '../../ports/ledger.js';
import type { Passage } from './passage.js';

/** What has to become of one document of a slice. */
export interface SliceTask {
  readonly document: LogDocument;
  /** What the version holds of it so far. */
  readonly entry: LedgerEntry | undefined;
  readonly passages: readonly Passage[];
  outcome: TaskOutcome;
}

export type TaskOutcome =
  | { readonly kind: 'write' }
  | { readonly kind: 'delete' }
  /** The document's own fault: its last good chunks stay. */
  | { readonly kind: 'quarantine'; readonly reason: string }
  /** Its vectors cannot be had now: it is left for a later attempt. */
  | { readonly kind: 'postpone' };

/** Documents that are written, deleted from and entered in the ledger together. */
export interface SliceBatch {
  readonly tasks: readonly SliceTask[];
}

/** One request to the vector store holds at most so much; Qdrant refuses 32 MB, proxies often less. */
export const REQUEST_POINTS = 256;
export const REQUEST_BYTES = 8_000_000;
const BATCH_DOCUMENTS = 256;

/** Group tasks so that a batch fills about one request; a document is never split between batches. */
export async function* inBatches(tasks: AsyncIterable<SliceTask>): AsyncGenerator<SliceBatch> {
  let batch: SliceTask[] = [];
  let points = 0;
  let bytes = 0;
  for await (const task of tasks) {
    const taskBytes = task.passages.reduce((sum, passage) => sum + passage.bytes, 0);
    const isFull =
      batch.length >= BATCH_DOCUMENTS ||
      points + task.passages.length > REQUEST_POINTS ||
      bytes + taskBytes > REQUEST_BYTES;
    if (isFull && batch.length > 0) {
      yield { tasks: batch };
      [batch, points, bytes] = [[], 0, 0];
    }
    batch.push(task);
    points += task.passages.length;
    bytes += taskBytes;
  }
  if (batch.length > 0) yield { tasks: batch };
}

/** Ledger entry of a document whose points are all written. */
export function writtenEntry({ document, passages }: SliceTask): LedgerEntry {
  return {
    docId: document.id,
    revision: document.revision,
    appliedRevision: document.revision,
    contentHash: document.contentHash,
    chunkCount: passages.length,
    chunkDigest: chunkDigest(passages),
  };
}

/** Ledger entry of a document that has no points: deleted, or quarantined without any to keep. */
export function emptyEntry({ document }: SliceTask, quarantine?: string): LedgerEntry {
  return {
    docId: document.id,
    revision: document.revision,
    contentHash: document.contentHash,
    chunkCount: 0,
    chunkDigest: '',
    ...(quarantine === undefined ? {} : { quarantine }),
  };
}

/** Ledger entry of a quarantined document that keeps the chunks of its last good revision. */
export function keptEntry({ document }: SliceTask, entry: LedgerEntry, quarantine: string): LedgerEntry {
  return { ...entry, revision: document.revision, contentHash: document.contentHash, quarantine };
}
