import type { Guardrail } from './policy.js';

/** A mean per-query difference, candidate minus live in the direction "more is better", and how sure it is. */
export interface MeasuredDifference {
  readonly delta: number;
  /** One-sided bounds at the level of {@link GateLook.alpha}; −∞ and +∞ when nothing is known. */
  readonly lowerBound: number;
  readonly upperBound: number;
  /** Standard deviation of the per-query differences; undefined below two queries. */
  readonly sd: number | undefined;
}

export interface PrimaryDifference extends MeasuredDifference {
  readonly live: number;
  readonly candidate: number;
  /** Two-sided randomisation p, (0, 1]. */
  readonly pValue: number;
}

export interface GuardrailDifference extends MeasuredDifference {
  readonly metric: Guardrail['metric'];
  readonly margin: number;
}

/** Share of the documents shown that anybody judged; only known where judged negatives make it mean something. */
export interface Coverage {
  readonly live: number;
  readonly candidate: number;
}

/** Which look at this candidate a comparison is; see `planLook`. */
export interface GateLook {
  /** Sealed comparisons of this candidate on this golden set before this one, integer ≥ 0. */
  readonly earlier: number;
  /** Only the first look on a golden set counts for `approval: auto`. */
  readonly counts: boolean;
  /** Judgements were added after an earlier look. */
  readonly judgementsAdded: boolean;
  /** One-sided level of this look, (0, 0.5). */
  readonly alpha: number;
}

/** What a whole comparison found; integrity has been checked before. */
export interface GateFacts {
  /** Judged queries that were measured on both sides, integer ≥ 0. */
  readonly queries: number;
  /** Undefined without judged queries. */
  readonly primary: PrimaryDifference | undefined;
  readonly guardrails: readonly GuardrailDifference[];
  /** Pinned queries whose document stood in live's top k and does not in the candidate's. */
  readonly pinnedLosses: readonly string[];
  readonly coverage: Coverage | undefined;
  readonly look: GateLook;
}
