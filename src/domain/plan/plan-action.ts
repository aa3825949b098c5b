import { compareIdentities } from '../version/fingerprint.js';
import type { VersionFingerprints, VersionIdentity } from '../version/identity.js';
import type { Revision } from '../ids.js';

export interface PlanFacts {
  readonly head: Revision;
  /** What serves now; undefined before the first promotion. */
  readonly live?: {
    readonly number: number;
    readonly identity: VersionIdentity;
    readonly fingerprints: VersionFingerprints;
    readonly watermark: Revision;
    readonly store: string;
  };
  readonly wanted: { readonly identity: VersionIdentity; readonly fingerprints: VersionFingerprints };
  /** Identifies the vector store in use. */
  readonly store: string;
}

export type PlanAction = 'nothing' | 'refresh' | 'new-version';

/** What must happen so that the live version is what the configuration asks for, and why. */
export function planAction({ head, live, wanted, store }: PlanFacts): {
  readonly action: PlanAction;
  readonly reasons: readonly string[];
} {
  if (!live) return { action: 'new-version', reasons: ['no version is live yet'] };
  if (live.store !== store) {
    return {
      action: 'new-version',
      reasons: [`version ${live.number} lives in another vector store (${live.store}, now ${store})`],
    };
  }
  if (live.fingerprints.version !== wanted.fingerprints.version) {
    return { action: 'new-version', reasons: compareIdentities(live.identity, wanted.identity) };
  }
  if (live.watermark < head) {
    return {
      action: 'refresh',
      reasons: [`version ${live.number} has applied revision ${live.watermark} of ${head}`],
    };
  }
  return { action: 'nothing', reasons: [`version ${live.number} is what is configured, and at the head of the log`] };
}
