import { requireRank } from './grades.js';

/**
 * Share of the first `k` ranks whose documents both rankings have, |A∩B| / k.
 *
 * @returns Value in [0, 1]; 1 when both are empty (they agree; such queries are counted apart).
 * @throws {RangeError} when `k` is not an integer ≥ 1.
 */
export function overlapAt(k: number, a: readonly string[], b: readonly string[]): number {
  requireRank(k);
  return a.length === 0 && b.length === 0 ? 1 : shared(k, a, b) / k;
}

/**
 * |A∩B| / |A∪B| of the first `k` documents.
 *
 * @returns Value in [0, 1]; 1 when both are empty.
 * @throws {RangeError} when `k` is not an integer ≥ 1.
 */
export function jaccardAt(k: number, a: readonly string[], b: readonly string[]): number {
  requireRank(k);
  if (a.length === 0 && b.length === 0) return 1;
  const both = shared(k, a, b);
  return both / (Math.min(k, a.length) + Math.min(k, b.length) - both);
}

function shared(k: number, a: readonly string[], b: readonly string[]): number {
  const first = new Set(a.slice(0, k));
  return b.slice(0, k).filter((id) => first.has(id)).length;
}
