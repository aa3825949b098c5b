import type { Revision, VersionNumber } from '../../domain/ids.js';

export interface Finding {
  readonly kind: 'not-applied' | 'missing' | 'extra' | 'mismatched' | 'vector' | 'shared-vector' | 'self-search';
  /** Document it is about. */
  readonly docId: string;
  readonly detail: string;
}

export interface SelfSearch {
  /** Points that searched for themselves. */
  readonly sampled: number;
  /** Share that found itself, or a point of the same vector, by exact search, [0, 1]. */
  readonly exact: number;
  /** The same by the search callers use. */
  readonly approximate: number;
}

export interface VerifyReport {
  readonly version: VersionNumber;
  /** Points the ledger promises; in a differential run those of the changed documents. */
  readonly expected: number;
  readonly found: number;
  readonly missing: number;
  readonly extra: number;
  /** Documents with the right number of points whose ids or payloads differ. */
  readonly mismatched: number;
  readonly selfSearch: SelfSearch;
  /** The first 50. */
  readonly findings: readonly Finding[];
  readonly ok: boolean;
  /** Revision the version stood at when the run began: what was verified. */
  readonly watermark: Revision;
}

export const MAX_FINDINGS = 50;
