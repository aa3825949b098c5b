import type { DocId } from '../ids.js';
import { rankRun, type ScoredDocument } from './rank-run.js';

/**
 * Rank documents by their best chunk (judgements are about documents).
 *
 * @param chunks  One entry per retrieved chunk, higher scores better, any order.
 * @param depth   How many documents to keep, integer ≥ 1.
 */
export function collapseChunks(chunks: readonly ScoredDocument[], depth: number): readonly ScoredDocument[] {
  const best = new Map<DocId, number>();
  for (const { docId, score } of chunks) {
    const known = best.get(docId);
    if (known === undefined || score > known) best.set(docId, score);
  }
  return rankRun([...best].map(([docId, score]) => ({ docId, score }))).slice(0, depth);
}
