import type { DocId } from '../ids.js';

/** Judgements of one query: grade by document, integers; a grade below 1 is "judged, not relevant". */
export type Grades = ReadonlyMap<DocId, number>;

/** Least grade that counts as relevant; trec_eval's default for `-l`. */
const LEAST_RELEVANT = 1;

export const isRelevant = (grade: number | undefined): boolean => grade !== undefined && grade >= LEAST_RELEVANT;

/** R: how many documents are relevant, found or not. */
export function countRelevant(grades: Grades): number {
  let relevant = 0;
  for (const grade of grades.values()) if (isRelevant(grade)) relevant += 1;
  return relevant;
}

/** How many of these documents are relevant. */
export function countRelevantIn(ranking: readonly DocId[], grades: Grades): number {
  let found = 0;
  for (const id of ranking) if (isRelevant(grades.get(id))) found += 1;
  return found;
}

/** @throws {RangeError} unless `k` is an integer ≥ 1. */
export function requireRank(k: number): void {
  if (!Number.isInteger(k) || k < 1) throw new RangeError(`A cut-off rank is an integer ≥ 1, got ${k}`);
}
