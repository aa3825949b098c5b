import type { IndexName, Revision, VersionNumber } from '../../domain/ids.js';
import type { Ports } from '../../ports/index.js';

export type ComparePorts = Pick<
  Ports,
  'registry' | 'vectors' | 'toolbox' | 'comparisons' | 'judgements' | 'log' | 'ledger'
>;

export interface CompareRequest {
  readonly index: IndexName;
  /** Absent for a first version, which gets absolute figures and no verdict. */
  readonly live?: VersionNumber;
  readonly candidate: VersionNumber;
  /** Head of the log as the caller froze it. */
  readonly frozenHead: Revision;
  /** Who froze it; with the rest it names the comparison, so that asking again finds the sealed one. */
  readonly freezeOwner: string;
}

export interface CompareOptions {
  readonly signal?: AbortSignal;
  /** Answered queries of all sides, and how many there will be. */
  readonly onProgress?: (done: number, total: number) => void;
}
