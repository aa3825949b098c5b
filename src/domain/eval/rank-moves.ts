import type { Grades } from './grades.js';
import type { ScoredDocument } from './rank-run.js';
import type { ShownHit } from './report.js';

/** The first `shown` documents of a ranking, each with its grade and its rank on the other side. */
export function showHits(
  ranking: readonly ScoredDocument[],
  beside: { readonly other: readonly ScoredDocument[]; readonly grades: Grades; readonly shown: number },
): readonly ShownHit[] {
  const otherRanks = new Map(beside.other.map(({ docId }, index) => [docId, index + 1]));
  return ranking.slice(0, beside.shown).map(({ docId, score }) => ({
    docId,
    score,
    grade: beside.grades.get(docId) ?? null,
    otherRank: otherRanks.get(docId) ?? null,
  }));
}
