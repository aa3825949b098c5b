import type { DocId } from '../../domain/ids.js';
import type { LedgerEntry } from '../../ports/ledger.js';
import type { DocumentPoints } from '../catch-up/document-points.js';
import type { Finding } from './verify-report.js';

export const NO_DOCUMENT_POINTS: DocumentPoints = { count: 0, digest: '' };

/** How a document's points differ from what the ledger promises; undefined when they do not. */
export interface Difference {
  readonly docId: DocId;
  readonly kind: 'missing' | 'extra' | 'mismatched';
  /** Points missing or extra; 1 for a mismatch. */
  readonly points: number;
}

/**
 * @param entry   Undefined for a document the ledger does not know: all its points are extra.
 * @param actual  What the collection holds.
 */
export function differenceOf(
  docId: DocId,
  entry: LedgerEntry | undefined,
  actual: DocumentPoints,
): Difference | undefined {
  const expected = entry?.chunkCount ?? 0;
  if (actual.count < expected) return { docId, kind: 'missing', points: expected - actual.count };
  if (actual.count > expected) return { docId, kind: 'extra', points: actual.count - expected };
  if (actual.digest === (entry?.chunkDigest ?? '')) return undefined;
  return { docId, kind: 'mismatched', points: 1 };
}

export function describeDifference({ docId, kind, points }: Difference): Finding {
  const detail = kind === 'mismatched' ? 'ids or payloads differ from what was written' : `${points} points ${kind}`;
  return { kind, docId, detail };
}
