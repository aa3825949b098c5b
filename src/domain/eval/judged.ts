import type { DocId } from '../ids.js';
import { requireRank, type Grades } from './grades.js';

/**
 * Share of the first `k` returned documents that somebody judged, whatever the grade.
 *
 * @returns Value in [0, 1]; undefined for an empty ranking.
 * @throws {RangeError} when `k` is not an integer ≥ 1.
 * @see ir_measures `Judged@k`: divides by the number returned.
 */
export function judgedAt(k: number, ranking: readonly DocId[], grades: Grades): number | undefined {
  requireRank(k);
  const top = ranking.slice(0, k);
  return top.length === 0 ? undefined : top.filter((id) => grades.has(id)).length / top.length;
}
