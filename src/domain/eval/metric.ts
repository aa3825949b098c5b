import type { MetricName } from '../gate/policy.js';
import type { DocId } from '../ids.js';
import { averagePrecision, averagePrecisionAt } from './average-precision.js';
import type { Grades } from './grades.js';
import { ndcgAt } from './ndcg.js';
import { precisionAt } from './precision.js';
import { recallAt } from './recall.js';
import { reciprocalRank, reciprocalRankAt } from './reciprocal-rank.js';
import { successAt } from './success.js';

/** Value of one ranking, in [0, 1]; undefined when the query has no relevant document. */
export type Metric = (ranking: readonly DocId[], grades: Grades) => number | undefined;

const CUT: Readonly<Record<string, (k: number, ranking: readonly DocId[], grades: Grades) => number | undefined>> = {
  ndcg: ndcgAt,
  recall: recallAt,
  p: precisionAt,
  success: successAt,
  ap: averagePrecisionAt,
  rr: reciprocalRankAt,
};
const UNCUT: Readonly<Record<string, Metric>> = { rr: reciprocalRank, ap: averagePrecision };
const NAME = /^([a-z]+)(?:@([1-9]\d{0,3}))?$/;

/**
 * Read a metric's name: `ndcg@k`, `recall@k`, `p@k`, `success@k`, `ap@k`, `rr@k` with 1 ≤ k ≤ 9999, or `rr`, `ap`.
 *
 * @throws {RangeError} naming what was found and what is known.
 */
export function parseMetricName(text: string): MetricName {
  const [, kind = '', k] = NAME.exec(text) ?? [];
  if (Object.hasOwn(k === undefined ? UNCUT : CUT, kind)) return text as MetricName;
  throw new RangeError(
    `Unknown metric "${text}": expected ndcg@k, recall@k, p@k, success@k, ap@k or rr@k with k from 1 to 9999, or rr, ap`,
  );
}

/** @throws {RangeError} as {@link parseMetricName}. */
export function metricOf(name: MetricName): Metric {
  const [, kind = '', k] = NAME.exec(parseMetricName(name)) ?? [];
  const cut = CUT[kind];
  if (k !== undefined && cut) return (ranking, grades) => cut(Number(k), ranking, grades);
  return UNCUT[kind] as Metric;
}

/** The rank a metric looks down to; undefined when it reads the whole ranking. */
export function cutOffOf(name: MetricName): number | undefined {
  const k = NAME.exec(name)?.[2];
  return k === undefined ? undefined : Number(k);
}

const TITLES: Readonly<Record<string, string>> = {
  ndcg: 'nDCG',
  recall: 'Recall',
  p: 'P',
  success: 'Success',
  ap: 'AP',
  rr: 'RR',
};

/** A metric's name as people write it: `ndcg@10` is nDCG@10. */
export function metricTitle(name: string): string {
  const [kind = '', k] = name.split('@');
  const title = TITLES[kind] ?? name.replaceAll('-', ' ');
  return k === undefined ? title : `${title}@${k}`;
}
