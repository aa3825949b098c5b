import type { IndexName, Sha256, VersionNumber } from '../domain/ids.js';
import type { JsonObject } from '../domain/json.js';

/** A sealed report; `digest` is over its canonical JSON. */
export interface ComparisonRecord {
  readonly id: string;
  readonly index: IndexName;
  readonly live?: VersionNumber;
  readonly candidate: VersionNumber;
  readonly verdict: string | null;
  readonly goldenSet: Sha256;
  readonly report: JsonObject;
  readonly digest: Sha256;
  readonly createdAt: string;
}

export interface ComparisonStore {
  /** Runs are kept beside the report, compressed: one per side, in TREC order. */
  seal(record: ComparisonRecord, runs: { readonly live?: string; readonly candidate: string }): Promise<void>;
  get(id: string): Promise<ComparisonRecord | undefined>;
  runs(id: string): Promise<{ readonly live?: string; readonly candidate: string } | undefined>;
  latest(index: IndexName, candidate: VersionNumber): Promise<ComparisonRecord | undefined>;
  /**
   * Earlier sealed comparisons that gave this candidate fingerprint a verdict on this golden set: its looks.
   * The report of a first version compares nothing, so it is none.
   */
  looks(index: IndexName, candidateFingerprint: string, goldenSet: Sha256): Promise<number>;
}
