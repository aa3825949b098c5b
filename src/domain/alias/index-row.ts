import type { AliasName, IndexName, VersionNumber } from '../ids.js';

/** A flip under way; the alias may already stand at either end. */
export interface OpenSwitch {
  /** Undefined before the first promotion. */
  readonly from?: VersionNumber;
  readonly to: VersionNumber;
  readonly epoch: number;
  /** Execution that opened it; the same one asking again gets it back. */
  readonly by: string;
  readonly kind: 'promotion' | 'rollback';
  /** Database time, ISO 8601. */
  readonly deadline: string;
}

export interface Hold {
  readonly by: string;
  readonly reason: string;
  readonly at: string;
}

/** What the registry says of one index; routing is decided from this row alone. */
export interface IndexRow {
  readonly index: IndexName;
  readonly alias: AliasName;
  readonly live?: VersionNumber;
  /** Epoch of the flip that made `live` live; 0 before the first. */
  readonly liveEpoch: number;
  readonly candidate?: VersionNumber;
  readonly previous?: VersionNumber;
  readonly epoch: number;
  readonly switch?: OpenSwitch;
  readonly hold?: Hold;
}
