import type { MetricName } from '../gate/policy.js';
import { countRelevant, type Grades } from './grades.js';
import { metricOf } from './metric.js';
import type { Run } from './trec.js';

/** What a run is measured against: query id → judgements; its order is the order of all per-query values. */
export type Qrels = ReadonlyMap<string, Grades>;

/** One value per query of `qrels`, in its order. */
export type QueryValues = readonly number[];

/**
 * Measure every judged query. A query the run does not answer, and one without any relevant document,
 * count as 0, as trec_eval's `-c` has it; a query of the run that nobody judged is left out.
 *
 * @throws {RangeError} for an unknown metric.
 */
export function evaluateRun(name: MetricName, run: Run, qrels: Qrels): QueryValues {
  const metric = metricOf(name);
  return [...qrels].map(([query, grades]) => metric(idsOf(run, query), grades) ?? 0);
}

/** Judged queries the run has no document for. */
export function unansweredQueries(run: Run, qrels: Qrels): readonly string[] {
  return [...qrels.keys()].filter((query) => (run.get(query) ?? []).length === 0);
}

/** Judged queries that no document can answer: they are 0 on both sides and say nothing. */
export function queriesWithoutRelevant(qrels: Qrels): readonly string[] {
  return [...qrels].filter(([, grades]) => countRelevant(grades) === 0).map(([query]) => query);
}

/** A query's documents, best first; empty when the run has none. */
export function idsOf(run: Run, query: string) {
  return (run.get(query) ?? []).map(({ docId }) => docId);
}
