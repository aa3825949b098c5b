import type { DocId } from '../ids.js';
import { countRelevant, isRelevant, requireRank, type Grades } from './grades.js';

/**
 * 1 when any relevant document stands among the first `k`, else 0.
 *
 * @param k  Cut-off rank, integer ≥ 1.
 * @returns  0 or 1; undefined when no document is relevant.
 * @throws {RangeError} when `k` is out of range.
 * @see trec_eval `success`.
 */
export function successAt(k: number, ranking: readonly DocId[], grades: Grades): number | undefined {
  requireRank(k);
  if (countRelevant(grades) === 0) return undefined;
  return ranking.slice(0, k).some((id) => isRelevant(grades.get(id))) ? 1 : 0;
}
