import type { JsonObject } from './json.js';

/** Every stable code an error of ours can carry; Temporal failures use it as their `type`. */
export const FAILURE_CODES = [
  // Edges: what a person can put right.
  'USAGE',
  'CONFIG_INVALID',
  'NOT_FOUND',
  'MISSING_DEPENDENCY',
  'SERVICE_UNAVAILABLE',
  'STACK_INCOMPLETE',
  // Sources and documents.
  'SOURCE_INVALID',
  'SOURCE_EMPTY',
  'DUPLICATE_DOCUMENT_ID',
  'LOG_FROZEN',
  'DELETIONS_WITHHELD',
  'JUDGEMENTS_INVALID',
  // Embedders and models.
  'MODEL_INVALID',
  'MODEL_UNAVAILABLE',
  'EMBED_RATE_LIMITED',
  'EMBED_UNAVAILABLE',
  'EMBED_REPLY_INVALID',
  'EMBED_INPUT_REFUSED',
  'AUTH_FAILED',
  'QUOTA_EXCEEDED',
  'ENCODER_CHANGED',
  'CHUNKER_CHANGED',
  'DIMENSION_MISMATCH',
  // Vector store.
  'VECTORS_UNAVAILABLE',
  'VECTORS_REFUSED',
  'VECTORS_INCOMPLETE',
  'COLLECTION_CONFLICT',
  'FOREIGN_COLLECTION',
  // Catch-up.
  'STALE_WRITER',
  'LEASE_LOST',
  'NOT_CONVERGING',
  'QUARANTINE_LIMIT',
  'BUDGET_EXCEEDED',
  'VERIFY_FAILED',
  // Life of a version.
  'ILLEGAL_TRANSITION',
  'ALREADY_RUNNING',
  'COMPARISON_VOID',
  'DECISION_REFUSED',
  'DECISION_EXPIRED',
  'APPROVAL_INVALID',
  'STALE_EPOCH',
  'ALIAS_CONFLICT',
  'FLIP_LOST',
  'SWITCH_OPEN',
  'ON_HOLD',
  'ROLLBACK_REFUSED',
  'CANCELLED',
  'REGISTRY_UNAVAILABLE',
  'REGISTRY_TOO_NEW',
  'INTERNAL',
] as const;

export type FailureCode = (typeof FAILURE_CODES)[number];

export interface FailureDetail {
  /** Whether the same call may succeed later without anybody changing anything. */
  readonly retryable?: boolean;
  /** The next step, as a command or an instruction. */
  readonly hint?: string;
  /** What the message speaks of, as data; never text of documents, vectors or secrets. */
  readonly facts?: JsonObject;
  /** Wait before a retry, milliseconds ≥ 0. */
  readonly retryAfterMs?: number;
  readonly cause?: unknown;
}

/** What we tried, what we expected, what we found; `code` is stable, `hint` is the next step. */
export class LifecycleError extends Error {
  readonly retryable: boolean;
  readonly hint: string | undefined;
  readonly facts: JsonObject;
  readonly retryAfterMs: number | undefined;

  constructor(
    readonly code: FailureCode,
    message: string,
    detail: FailureDetail = {},
  ) {
    super(message, { cause: detail.cause });
    this.name = 'LifecycleError';
    this.retryable = detail.retryable ?? false;
    this.hint = detail.hint;
    this.facts = detail.facts ?? {};
    this.retryAfterMs = detail.retryAfterMs;
  }
}
