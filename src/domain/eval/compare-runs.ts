import type { MetricName } from '../gate/policy.js';
import { bootstrapInterval } from './bootstrap.js';
import { mean } from './differences.js';
import { evaluateRun, idsOf, type Qrels } from './evaluate-run.js';
import { judgedAt } from './judged.js';
import { jaccardAt, overlapAt } from './overlap.js';
import { seededRandom } from './random.js';
import { rboExt } from './rbo.js';
import type { MetricReport } from './report.js';
import type { Run } from './trec.js';

/** Persistence of RBO: 86 % of the weight lies on the first ten ranks. */
const RBO_PERSISTENCE = 0.9;
const LEVEL = 0.95;

/** Both sides of one comparison; without a live side there is nothing to subtract from. */
export interface RunPair {
  readonly live: Run | undefined;
  readonly candidate: Run;
  readonly qrels: Qrels;
}

export interface Resampling {
  readonly resamples: number;
  readonly seed: number;
}

/** Values of one metric on both sides, query by query. */
export interface MetricValues {
  readonly live: readonly number[] | undefined;
  readonly candidate: readonly number[];
  /** Candidate minus live; empty without a live side. */
  readonly differences: readonly number[];
}

/** @param name  A metric, or `empty-rate`: 1 for a query without any document, else 0. */
export function metricValues(name: MetricName | 'empty-rate', { live, candidate, qrels }: RunPair): MetricValues {
  const valuesOf = (run: Run) =>
    name === 'empty-rate'
      ? [...qrels.keys()].map((query) => (idsOf(run, query).length === 0 ? 1 : 0))
      : evaluateRun(name, run, qrels);
  const ours = valuesOf(candidate);
  const theirs = live && valuesOf(live);
  return {
    live: theirs,
    candidate: ours,
    differences: theirs ? ours.map((value, index) => value - (theirs[index] ?? 0)) : [],
  };
}

/** Means, and how sure their difference is. */
export function describeMetric({ live, candidate, differences }: MetricValues, resampling: Resampling): MetricReport {
  const interval = bootstrapInterval(differences, {
    resamples: resampling.resamples,
    level: LEVEL,
    random: seededRandom(resampling.seed),
  });
  return {
    live: live ? mean(live) : null,
    candidate: mean(candidate),
    delta: live ? mean(differences) : null,
    ciLow: interval?.low ?? null,
    ciHigh: interval?.high ?? null,
  };
}

/** How much the first `k` documents changed, without asking which way: means over the judged queries. */
export function describeChange(k: number, live: Run, { candidate, qrels }: RunPair) {
  const pairs = [...qrels.keys()].map((query) => ({ a: idsOf(live, query), b: idsOf(candidate, query) }));
  return {
    overlap: mean(pairs.map(({ a, b }) => overlapAt(k, a, b))),
    jaccard: mean(pairs.map(({ a, b }) => jaccardAt(k, a, b))),
    rbo: mean(pairs.map(({ a, b }) => rboExt(a.slice(0, k), b.slice(0, k), RBO_PERSISTENCE))),
    bothEmpty: pairs.filter(({ a, b }) => a.length === 0 && b.length === 0).length,
  };
}

/** Mean share of judged documents among the first `k`; an unanswered query has nothing unjudged. */
export function coverageOf(k: number, run: Run, qrels: Qrels): number {
  return mean([...qrels].map(([query, grades]) => judgedAt(k, idsOf(run, query), grades) ?? 1));
}
