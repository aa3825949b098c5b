import { describeMetric, metricValues, type MetricValues, type RunPair } from '../eval/compare-runs.js';
import { cohenDz, mean } from '../eval/differences.js';
import { oneSidedBounds, pairedT } from '../eval/paired-t.js';
import { seededRandom } from '../eval/random.js';
import { randomisationTest } from '../eval/randomisation-test.js';
import type { GuardrailReport, MetricReport, PrimaryReport } from '../eval/report.js';
import type { GuardrailDifference, MeasuredDifference, PrimaryDifference } from './facts.js';
import type { GatePolicy, Guardrail, MetricName } from './policy.js';

/** Shown beside the metrics that decide, so that nobody has to ask for them. */
const ALSO_SHOWN: readonly MetricName[] = ['ndcg@10', 'recall@10', 'recall@50', 'p@10', 'rr', 'ap', 'success@10'];

/** The metrics of a report: what decides first, then what is merely good to know. */
export function reportedMetrics(policy: GatePolicy): readonly Guardrail['metric'][] {
  return [...new Set([policy.primary, ...policy.guardrails.map(({ metric }) => metric), ...ALSO_SHOWN])];
}

export function describeMetrics(policy: GatePolicy, pair: RunPair): Readonly<Record<string, MetricReport>> {
  return Object.fromEntries(
    reportedMetrics(policy).map((name) => [name, describeMetric(metricValues(name, pair), policy)]),
  );
}

/** The primary metric as the gate needs it; undefined without a live side. */
export function measurePrimary(policy: GatePolicy, pair: RunPair, alpha: number): PrimaryDifference | undefined {
  const { live, candidate, differences } = metricValues(policy.primary, pair);
  if (!live || differences.length === 0) return undefined;
  return {
    ...measure(differences, alpha),
    live: mean(live),
    candidate: mean(candidate),
    pValue: randomisationTest(differences, policy.resamples, seededRandom(policy.seed)),
  };
}

/** Every guardrail in the direction "more is better": the empty rate as the share that was answered. */
export function measureGuardrails(policy: GatePolicy, pair: RunPair, alpha: number): readonly GuardrailDifference[] {
  return policy.guardrails.map(({ metric, margin }) => {
    const { differences } = metricValues(metric, pair);
    const better = metric === 'empty-rate' ? differences.map((difference) => -difference) : differences;
    return { metric, margin, ...measure(better, alpha) };
  });
}

function measure(differences: readonly number[], alpha: number): MeasuredDifference {
  const test = pairedT(differences);
  const { lower, upper } = oneSidedBounds(test, alpha);
  return { delta: test.mean, sd: test.sd, lowerBound: lower, upperBound: upper };
}

export function primaryReport(
  policy: GatePolicy,
  values: MetricValues,
  difference: PrimaryDifference | undefined,
): PrimaryReport {
  return {
    metric: policy.primary,
    ...describeMetric(values, policy),
    lowerBound: finite(difference?.lowerBound),
    upperBound: finite(difference?.upperBound),
    pValue: difference?.pValue ?? null,
    sd: difference?.sd ?? null,
    effectSize: cohenDz(values.differences) ?? null,
  };
}

export function guardrailReport({
  metric,
  margin,
  delta,
  lowerBound,
  upperBound,
}: GuardrailDifference): GuardrailReport {
  return { metric, margin, delta, lowerBound: finite(lowerBound), upperBound: finite(upperBound) };
}

/** JSON has no infinity: a bound that bounds nothing is null. */
const finite = (value: number | undefined): number | null =>
  value !== undefined && Number.isFinite(value) ? value : null;
