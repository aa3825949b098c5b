import type { DocId } from '../ids.js';
import { countRelevant, countRelevantIn, requireRank, type Grades } from './grades.js';

/**
 * Share of the relevant documents that stand among the first `k`.
 *
 * @param k  Cut-off rank, integer ≥ 1.
 * @returns  Value in [0, 1]; undefined when no document is relevant.
 * @throws {RangeError} when `k` is out of range.
 * @see trec_eval `recall`: relevant in the top k ÷ R, R counted over all judgements.
 */
export function recallAt(k: number, ranking: readonly DocId[], grades: Grades): number | undefined {
  requireRank(k);
  const relevant = countRelevant(grades);
  return relevant === 0 ? undefined : countRelevantIn(ranking.slice(0, k), grades) / relevant;
}
