import type { GateLook } from '../gate/facts.js';
import type { GatePolicy } from '../gate/policy.js';
import type { Reason, Verdict } from '../gate/verdict.js';

/** One version as it was compared. */
export interface SideCard {
  readonly version: number;
  readonly collection: string;
  /** Fingerprint of embedder, chunker and schema together. */
  readonly fingerprint: string;
  /** What a reader tells the two apart by: `static · wordllama-256 · 64 dimensions`. */
  readonly embedder: string;
  readonly chunker: string;
  readonly documents: number;
  readonly chunks: number;
}

/** What was run, on what, by which rule: enough to run it again. */
export interface RunCard {
  readonly index: string;
  readonly live: SideCard | null;
  readonly candidate: SideCard;
  /** Head of the frozen log; both sides had applied everything up to it. */
  readonly watermark: number;
  /** Digest of queries, judgements and pinned queries; null when the index names none. */
  readonly goldenSet: string | null;
  readonly policy: GatePolicy;
  readonly look: GateLook | null;
  /** Documents a run keeps per query. */
  readonly depth: number;
  readonly store: { readonly title: string; readonly version: string; readonly exact: boolean };
  readonly startedAt: string;
  readonly durationsMs: { readonly retrieve: number; readonly latency: number };
}

/** Means over the judged queries; `live` and what follows from it are null for a first version. */
export interface MetricReport {
  readonly live: number | null;
  readonly candidate: number;
  /** Candidate minus live. */
  readonly delta: number | null;
  /** Bootstrap 95 % interval of the mean difference. */
  readonly ciLow: number | null;
  readonly ciHigh: number | null;
}

export interface PrimaryReport extends MetricReport {
  readonly metric: string;
  /** One-sided bounds of the paired t-test at the look's α; null when unbounded. */
  readonly lowerBound: number | null;
  readonly upperBound: number | null;
  /** Two-sided paired randomisation test. */
  readonly pValue: number | null;
  /** Standard deviation of the per-query differences. */
  readonly sd: number | null;
  /** Cohen's d of paired values. */
  readonly effectSize: number | null;
}

export interface GuardrailReport {
  readonly metric: string;
  readonly margin: number;
  /** In the direction "more is better": for `empty-rate` of the answered share. */
  readonly delta: number;
  readonly lowerBound: number | null;
  readonly upperBound: number | null;
}

/** What became of the golden set before anything was asked. */
export interface QueryCounts {
  /** Queries without any judgement: left out. */
  readonly unjudged: number;
  /** Judged queries for which no document is relevant: 0 on both sides. */
  readonly withoutRelevant: number;
  /** Judged queries a side returned nothing for: 0 there. */
  readonly unanswered: { readonly live: number | null; readonly candidate: number };
  /** Documents the judgements name and the corpus does not hold: nobody can find them. */
  readonly unknownDocuments: { readonly count: number; readonly judged: number; readonly examples: readonly string[] };
}

export interface PinnedReport {
  readonly total: number;
  /** Live had the expected document in its top k, the candidate has not. */
  readonly lost: readonly PinnedOutcome[];
  /** The candidate does not have it and live did not either. */
  readonly missing: readonly PinnedOutcome[];
}

export interface PinnedOutcome {
  readonly query: string;
  readonly text: string;
  readonly expected: string;
  /** Rank from 1; null when it is not among the documents kept. */
  readonly liveRank: number | null;
  readonly candidateRank: number | null;
}

export interface LatencyReport {
  /** Vector search alone, one query at a time, milliseconds. */
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
  readonly samples: number;
}

/** The primary metric of one query on both sides. */
export interface QueryDelta {
  readonly query: string;
  readonly live: number;
  readonly candidate: number;
  readonly delta: number;
}

/** One document of a ranking beside the other ranking. */
export interface ShownHit {
  readonly docId: string;
  readonly score: number;
  /** Null when nobody judged it for this query. */
  readonly grade: number | null;
  /** Its rank on the other side, from 1; null when it is not among the documents kept there. */
  readonly otherRank: number | null;
}

/** A query the candidate answers worse, with the first five documents of both sides. */
export interface Regression extends QueryDelta {
  readonly text: string;
  readonly liveTop: readonly ShownHit[];
  readonly candidateTop: readonly ShownHit[];
}

/** A sealed comparison: everything a person needs to decide, and to check the decision later. Plain JSON. */
export interface ComparisonReport {
  readonly format: 1;
  readonly runCard: RunCard;
  /** Null for a first version, which has nothing to be compared with. */
  readonly verdict: Verdict | null;
  readonly reasons: readonly Reason[];
  /** Judged queries that would probably decide; null when it is decided or none would. */
  readonly queriesNeeded: number | null;
  /** Judged queries measured. */
  readonly queries: number;
  /** Always 0: a failed query voids a comparison before it is sealed. */
  readonly failedQueries: number;
  readonly queryCounts: QueryCounts | null;
  readonly primary: PrimaryReport | null;
  readonly metrics: Readonly<Record<string, MetricReport>>;
  readonly guardrails: readonly GuardrailReport[];
  readonly wins: number | null;
  readonly ties: number | null;
  readonly losses: number | null;
  readonly pinned: PinnedReport | null;
  /** Label-free: how much changed among the first k, never which way. Means over the judged queries. */
  readonly overlap: number | null;
  readonly jaccard: number | null;
  readonly rbo: number | null;
  /** Queries both sides left unanswered; they count as identical. */
  readonly bothEmpty: number | null;
  /** Share of the first k that anybody judged; only meaningful where the set has judged negatives. */
  readonly coverage: {
    readonly live: number | null;
    readonly candidate: number;
    readonly judgedNegatives: boolean;
  } | null;
  /** Share of the exact top k that approximate search finds; null where the store only searches exactly. */
  readonly annRecall: { readonly live: number | null; readonly candidate: number } | null;
  readonly latency: { readonly live: LatencyReport | null; readonly candidate: LatencyReport } | null;
  /** The primary metric of every judged query; empty for a first version. */
  readonly deltas: readonly QueryDelta[];
  /** The worst five losses on the primary metric, worst first. */
  readonly regressions: readonly Regression[];
}
