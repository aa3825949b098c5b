import type { FlipAlias } from '../domain/alias/plan-flip.js';
import type { AwaitedDecision, DecisionAnswer } from '../domain/alias/approval.js';
import type { VersionState } from '../domain/version/version.js';

/** Inputs and results of activities: ids, counts and digests, never texts, vectors or lists of ids. */

export interface IndexRef {
  readonly index: string;
}

export interface VersionRef extends IndexRef {
  readonly version: number;
}

export interface PlanRequest extends IndexRef {
  /** The configuration this execution was started with; refused when the stored one differs. */
  readonly configHash: string;
  readonly startedBy: string;
}

export interface PlanOutcome {
  readonly action: 'nothing' | 'refresh' | 'new-version';
  readonly live: number | null;
}

export interface CreatedVersion {
  readonly version: number;
  /** How long a person has for the decision, hours > 0. */
  readonly decisionHours: number;
}

/** What the index row routes to. */
export interface Routing {
  readonly live: number | null;
  readonly previous: number | null;
}

export interface AdvanceRequest extends VersionRef {
  readonly to: VersionState;
  readonly actor: string;
  readonly reason: string;
}

export interface VersionSummary {
  readonly state: VersionState;
  readonly documents: number;
  readonly chunks: number;
  readonly embedded: number;
  readonly cacheHits: number;
  readonly quarantined: number;
}

export interface CatchUpRequest extends VersionRef {
  readonly revision: number;
  /** Queue the catch-up's workflow is started on, and its slices'. */
  readonly queues: { readonly main: string; readonly embed: string };
}

export interface CatchUpStart {
  readonly writer: number;
  readonly watermark: number;
}

export interface SliceRange {
  readonly from: number;
  readonly to: number;
}

export interface RoundRequest extends VersionRef {
  readonly to: number;
  /** Most slices one answer may carry, ≥ 1. */
  readonly limit: number;
}

export interface SliceRequest extends VersionRef {
  readonly writer: number;
  readonly slice: SliceRange;
}

export interface AdvanceWatermarkRequest extends VersionRef {
  readonly writer: number;
  readonly to: number;
}

export interface StopRequest extends VersionRef {
  readonly type: string;
  readonly message: string;
  readonly hint?: string;
  readonly revision: number;
}

export interface VerifyRequest extends VersionRef {
  /** `full` reads every point; `difference` those of documents changed since it was last verified. */
  readonly mode: 'full' | 'difference';
}

export interface FreezeInput extends IndexRef {
  readonly owner: string;
  readonly forMs: number;
  readonly replaces: boolean;
}

export interface CompareRequest extends VersionRef {
  readonly live: number | null;
  readonly frozenHead: number;
  readonly freezeOwner: string;
}

/** A sealed comparison, as far as the story goes on from it. */
export interface ComparisonOutcome extends AwaitedDecision {
  readonly comparisonId: string;
  /** Which sealed comparison of this fingerprint on this golden set it is, ≥ 1. */
  readonly look: number;
}

export interface DecisionRequest extends IndexRef {
  readonly decision: DecisionAnswer;
}

export interface BeginFlipRequest extends IndexRef {
  readonly to: number;
  readonly by: string;
  readonly actor: string;
  readonly kind: 'promotion' | 'rollback';
  readonly overrideHold: string | null;
}

export interface BegunFlip {
  /** The version is live already: nothing is left to do. */
  readonly done: boolean;
  readonly flip: FlipAlias;
}

export interface CommitFlipRequest {
  readonly flip: FlipAlias;
  readonly actor: string;
}

export interface RollbackCheck extends IndexRef {
  readonly acceptStale: boolean;
  readonly bareAliasOnly: boolean;
}
