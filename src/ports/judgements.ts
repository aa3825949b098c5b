import type { DocId, Sha256 } from '../domain/ids.js';
import type { EvaluationSpec } from '../domain/index-spec.js';

export interface JudgedQuery {
  readonly id: string;
  readonly text: string;
  readonly metadata: Readonly<Record<string, string>>;
}

export interface PinnedQuery {
  readonly id: string;
  readonly text: string;
  /** Document that must not leave the top k. */
  readonly expected: DocId;
}

/** Queries with their judgements: what a comparison is measured by. */
export interface GoldenSet {
  readonly queries: readonly JudgedQuery[];
  /** query id → document id → grade; grades ≤ 0 are judged non-relevant. */
  readonly qrels: ReadonlyMap<string, ReadonlyMap<DocId, number>>;
  readonly pinned: readonly PinnedQuery[];
  readonly digest: Sha256;
}

/** Reads BEIR `queries.jsonl`, `qrels.tsv` and pinned queries; all problems together (`JUDGEMENTS_INVALID`). */
export interface Judgements {
  load(spec: EvaluationSpec): Promise<GoldenSet>;
}
