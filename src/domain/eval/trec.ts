import type { ScoredDocument } from './rank-run.js';
import type { Grades } from './grades.js';
import { trecToken } from './trec-token.js';

/** Rankings by query id, each in the order of `rankRun`. */
export type Run = ReadonlyMap<string, readonly ScoredDocument[]>;

/**
 * A run as a TREC file: `query Q0 document rank score tag`. A query without an answer has no line.
 * Scores are written so that they read back as exactly the number we ranked by.
 */
export function formatTrecRun(run: Run, tag: string): string {
  const lines: string[] = [];
  for (const [query, ranking] of run) {
    ranking.forEach(({ docId, score }, index) =>
      lines.push(`${trecToken(query)} Q0 ${trecToken(docId)} ${index + 1} ${score} ${trecToken(tag)}\n`),
    );
  }
  return lines.join('');
}

/** Judgements as a TREC file: `query 0 document grade`. */
export function formatTrecQrels(qrels: ReadonlyMap<string, Grades>): string {
  const lines: string[] = [];
  for (const [query, grades] of qrels) {
    for (const [docId, grade] of grades) lines.push(`${trecToken(query)} 0 ${trecToken(docId)} ${grade}\n`);
  }
  return lines.join('');
}
