import type { DocId } from '../ids.js';
import { compareDocnos, trecToken } from './trec-token.js';

export interface ScoredDocument {
  readonly docId: DocId;
  /** Higher is better. */
  readonly score: number;
}

/**
 * Put one query's documents in the one total order we evaluate and export by: score descending,
 * then document number descending by bytes, as trec_eval sorts whatever ranks a run file claims.
 *
 * Scores are rounded to float32 first and carry that value on: trec_eval 9 holds them as float32, 10 as
 * double, and so both see the same ties.
 */
export function rankRun(documents: readonly ScoredDocument[]): readonly ScoredDocument[] {
  return documents
    .map(({ docId, score }) => ({ docId, score: Math.fround(score) }))
    .sort((a, b) => b.score - a.score || compareDocnos(trecToken(b.docId), trecToken(a.docId)));
}
