import type { VersionState } from '../domain/version/version.js';

/** Task queues: workflows and short activities share one (they then dispatch eagerly), slices have their own. */
export const TASK_QUEUES = { main: 'cutover', embed: 'cutover-embed' } as const;

/** Workflow ids say what cannot run twice. */
export const workflowIds = {
  reindex: (index: string) => `cutover/${index}/reindex`,
  scan: (index: string) => `cutover/${index}/scan`,
  catchUp: (index: string, version: number) => `cutover/${index}/v${version}/catch-up`,
  promotion: (index: string) => `cutover/${index}/promotion`,
} as const;

/** Names of the signals, queries and updates that workflows answer to. */
export const MESSAGES = {
  /** Query of `reindex`: {@link ReindexProgress}. */
  progress: 'progress',
  /** Update of `reindex`: {@link DecideInput}; refused with `DECISION_REFUSED`. */
  decide: 'decide',
  /** Signal of `catchUp`: {@link ReachSignal}. */
  reach: 'reach',
} as const;

export interface ReindexInput {
  readonly index: string;
  /** Names the configuration the CLI stored for this run. */
  readonly configHash: string;
  readonly startedBy: string;
  readonly queues: Queues;
  /** `--approve`: approves a PASS or a first version. */
  readonly approve: boolean;
}

/** Inputs, so that tests of several workflows can share a server. */
export interface Queues {
  readonly main: string;
  readonly embed: string;
}

/** `refreshed`: the configuration is the live one's, whose version was caught up; `rejected` and `expired` left the alias alone. */
export type ReindexOutcome = 'nothing-to-do' | 'refreshed' | 'promoted' | 'rejected' | 'expired';

export interface ReindexResult {
  readonly outcome: ReindexOutcome;
  readonly version: number | null;
  readonly state: VersionState | null;
  readonly documents: number;
  readonly chunks: number;
  readonly embedded: number;
  readonly cacheHits: number;
  readonly quarantined: number;
  readonly skipped: number;
  readonly verdict: string | null;
  readonly comparisonId: string | null;
  readonly promoted: boolean;
}

/** Phases a reindex passes, also the search attribute `CutoverPhase`. */
export const REINDEX_PHASES = [
  'scanning',
  'planning',
  'building',
  'verifying',
  'comparing',
  'awaiting-decision',
  'promoting',
  'done',
] as const;
export type ReindexPhase = (typeof REINDEX_PHASES)[number];

/** Answer to the `progress` query of `reindex`. */
export interface ReindexProgress {
  readonly phase: ReindexPhase;
  readonly version: number | null;
  readonly verdict: string | null;
  readonly comparisonId: string | null;
  readonly reportDigest: string | null;
  readonly decisionDeadline: string | null;
}

/** Argument of the `decide` update; checked synchronously against what is waited for. */
export interface DecideInput {
  readonly answer: 'approved' | 'rejected';
  readonly version: number;
  readonly by: string;
  readonly reason: string;
  readonly override: boolean;
  readonly reportDigest: string | null;
}

export type { ScanResult } from '../domain/corpus/scan-result.js';

export interface ScanInput {
  readonly index: string;
  readonly queues: Queues;
}

export interface CatchUpInput {
  readonly index: string;
  readonly version: number;
  readonly queues: Queues;
  /** Slices in flight, integer ≥ 1; 16 unless told. */
  readonly window?: number;
  /** Where the execution before this one stood; only continue-as-new sets it. */
  readonly resume?: {
    readonly writer: number;
    readonly watermark: number;
    readonly target: number;
  };
}

/** Signal `reach` of `catchUp`; also sent with its start. */
export interface ReachSignal {
  readonly revision: number;
}

export interface CatchUpResult {
  readonly watermark: number;
  readonly stopped: { readonly type: string; readonly message: string } | null;
}

export interface PromoteInput {
  readonly index: string;
  readonly version: number;
  readonly actor: string;
  readonly queues: Queues;
}

export interface RollBackInput {
  readonly index: string;
  readonly actor: string;
  readonly acceptStale: boolean;
  readonly bareAliasOnly: boolean;
  readonly overrideHold: string | null;
  readonly queues: Queues;
}

export interface FlipResult {
  readonly alias: string;
  readonly from: number | null;
  readonly to: number;
  readonly epoch: number;
}

/** Typed search attributes, registered when a process that needs them starts. */
export const SEARCH_ATTRIBUTES = {
  index: { name: 'CutoverIndex', type: 'KEYWORD' },
  version: { name: 'CutoverVersion', type: 'INT' },
  phase: { name: 'CutoverPhase', type: 'KEYWORD' },
} as const;
