import type { DocId } from '../ids.js';
import { countRelevant, isRelevant, requireRank, type Grades } from './grades.js';

/**
 * Mean over all relevant documents of the precision at the rank where each was found, 0 for those that were not.
 *
 * @returns Value in [0, 1]; undefined when no document is relevant.
 * @see trec_eval `map`: Σ P@rank(relevant) ÷ R, R counted over all judgements.
 */
export function averagePrecision(ranking: readonly DocId[], grades: Grades): number | undefined {
  const relevant = countRelevant(grades);
  if (relevant === 0) return undefined;
  let found = 0;
  let sum = 0;
  ranking.forEach((id, index) => {
    if (!isRelevant(grades.get(id))) return;
    found += 1;
    sum += found / (index + 1);
  });
  return sum / relevant;
}

/**
 * {@link averagePrecision} of the first `k` documents, still divided by R.
 *
 * @param k  Cut-off rank, integer ≥ 1.
 * @throws {RangeError} when `k` is out of range.
 * @see trec_eval `map_cut`.
 */
export function averagePrecisionAt(k: number, ranking: readonly DocId[], grades: Grades): number | undefined {
  requireRank(k);
  return averagePrecision(ranking.slice(0, k), grades);
}
