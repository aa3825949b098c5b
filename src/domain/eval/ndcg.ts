import type { DocId } from '../ids.js';
import { requireRank, type Grades } from './grades.js';

/**
 * Normalised discounted cumulative gain of one ranking.
 *
 * The ideal comes from all judged documents, retrieved or not, cut at `k`; grades below 0 gain nothing.
 *
 * @param k        Cut-off rank, integer ≥ 1.
 * @param ranking  Document ids, best first, no repeats; may be shorter than `k`.
 * @returns        Value in [0, 1]; undefined when no document is relevant.
 * @throws {RangeError} when `k` is out of range.
 * @see Järvelin & Kekäläinen, TOIS 20(4), 2002; gain = grade, discount = log2(rank + 1), as trec_eval's `ndcg_cut`.
 */
export function ndcgAt(k: number, ranking: readonly DocId[], grades: Grades): number | undefined {
  requireRank(k);
  const ideal = dcg([...grades.values()].sort((a, b) => b - a).slice(0, k));
  if (ideal === 0) return undefined;
  return dcg(ranking.slice(0, k).map((id) => grades.get(id) ?? 0)) / ideal;
}

function dcg(gains: readonly number[]): number {
  return gains.reduce((sum, gain, index) => sum + Math.max(gain, 0) / Math.log2(index + 2), 0);
}
