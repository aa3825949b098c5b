import type { ComparisonReport } from '../domain/eval/report.js';
import type { JsonObject } from '../domain/json.js';
import type { ComparisonRecord } from '../ports/comparison-store.js';

/** Fields of a comparison that scripts rely on. */
export function compareFields(record: ComparisonRecord): JsonObject {
  const report = record.report as unknown as ComparisonReport;
  return {
    index: record.index,
    comparisonId: record.id,
    live: record.live ?? null,
    candidate: record.candidate,
    verdict: record.verdict,
    reasons: report.reasons.map(({ text }) => text),
    queries: report.queries,
    failedQueries: report.failedQueries,
    primary: (report.primary ?? null) as JsonObject | null,
    metrics: report.metrics as unknown as JsonObject,
    wins: report.wins ?? null,
    ties: report.ties ?? null,
    losses: report.losses ?? null,
    digest: record.digest,
  };
}
