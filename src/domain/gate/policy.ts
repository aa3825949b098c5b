/** A metric by trec_eval's definition; `k` as in `ndcg@10`, `rr` without a cut-off. */
export type MetricName = `${'ndcg' | 'recall' | 'p' | 'success' | 'ap' | 'rr'}@${number}` | 'rr' | 'ap';

export interface Guardrail {
  readonly metric: MetricName | 'empty-rate';
  /** Largest loss that is tolerated, > 0, in the metric's own unit. */
  readonly margin: number;
}

/** How a comparison becomes a verdict; frozen and hashed with the version before any query runs. */
export interface GatePolicy {
  readonly primary: MetricName;
  readonly mode: 'non-inferior' | 'superior';
  /** δ of the non-inferiority test, > 0. */
  readonly margin: number;
  /** One-sided level of the bounds, (0, 0.5). */
  readonly alpha: number;
  /** Smallest mean difference worth a claim of superiority, ≥ 0. */
  readonly minimumGain: number;
  readonly guardrails: readonly Guardrail[];
  /** Least approximate-search recall against exact search, on both sides, [0, 1]. */
  readonly annRecall: number;
  /** Fewer judged queries are never a PASS. */
  readonly minimumQueries: number;
  /** Cut-off for pinned queries and label-free figures. */
  readonly k: number;
  readonly resamples: number;
  readonly seed: number;
}

export const DEFAULT_GATE: GatePolicy = {
  primary: 'ndcg@10',
  mode: 'non-inferior',
  margin: 0.02,
  alpha: 0.05,
  minimumGain: 0,
  guardrails: [
    { metric: 'rr', margin: 0.05 },
    { metric: 'recall@50', margin: 0.02 },
    { metric: 'empty-rate', margin: 0.01 },
  ],
  annRecall: 0.95,
  minimumQueries: 50,
  k: 10,
  resamples: 10_000,
  seed: 1,
};
