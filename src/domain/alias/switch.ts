import type { IndexName, Revision, Sha256, VersionNumber } from '../ids.js';
import type { IndexVersion } from '../version/version.js';
import type { IndexRow, OpenSwitch } from './index-row.js';

/** A person's or the policy's answer to a comparison; binds what it was given for. */
export interface Decision {
  readonly id: string;
  readonly index: IndexName;
  readonly version: VersionNumber;
  readonly answer: 'approved' | 'rejected';
  readonly by: string;
  readonly reason: string;
  readonly override: boolean;
  readonly versionDigest: Sha256;
  readonly reportDigest: Sha256;
  readonly liveEpoch: number;
  readonly expiresAt: string;
  readonly at: string;
}

/** Facts read under the locks of index and corpus row, from which the domain decides about a switch. */
export interface SwitchFacts {
  readonly row: IndexRow;
  readonly head: Revision;
  readonly freezeOwner?: string;
  readonly from?: IndexVersion;
  readonly to: IndexVersion;
  readonly decision?: Decision;
  /** Database time, ISO 8601. */
  readonly now: string;
  /** Documents changed since the candidate was compared, and all documents: for the 5 % rule. */
  readonly changedSinceCompared: number;
  readonly documents: number;
}

export type SwitchDecision =
  | { readonly kind: 'open'; readonly open: OpenSwitch }
  | { readonly kind: 'mine'; readonly open: OpenSwitch }
  | { readonly kind: 'done'; readonly liveEpoch: number };
