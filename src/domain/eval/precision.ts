import type { DocId } from '../ids.js';
import { countRelevant, countRelevantIn, requireRank, type Grades } from './grades.js';

/**
 * Share of the first `k` ranks that hold a relevant document. An unfilled rank counts as not relevant:
 * the divisor is `k`, never the number returned.
 *
 * @param k  Cut-off rank, integer ≥ 1.
 * @returns  Value in [0, 1]; undefined when no document is relevant.
 * @throws {RangeError} when `k` is out of range.
 * @see trec_eval `P`.
 */
export function precisionAt(k: number, ranking: readonly DocId[], grades: Grades): number | undefined {
  requireRank(k);
  return countRelevant(grades) === 0 ? undefined : countRelevantIn(ranking.slice(0, k), grades) / k;
}
