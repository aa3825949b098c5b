import type { DocId } from '../ids.js';
import { countRelevant, isRelevant, requireRank, type Grades } from './grades.js';

/**
 * One over the rank of the first relevant document; 0 when there is none in the ranking.
 *
 * @returns Value in [0, 1]; undefined when no document is relevant.
 * @see trec_eval `recip_rank`: no cut-off.
 */
export function reciprocalRank(ranking: readonly DocId[], grades: Grades): number | undefined {
  if (countRelevant(grades) === 0) return undefined;
  const first = ranking.findIndex((id) => isRelevant(grades.get(id)));
  return first === -1 ? 0 : 1 / (first + 1);
}

/**
 * {@link reciprocalRank} of the first `k` documents. Not in trec_eval; as MS MARCO's MRR@10.
 *
 * @param k  Cut-off rank, integer ≥ 1.
 * @throws {RangeError} when `k` is out of range.
 */
export function reciprocalRankAt(k: number, ranking: readonly DocId[], grades: Grades): number | undefined {
  requireRank(k);
  return reciprocalRank(ranking.slice(0, k), grades);
}
