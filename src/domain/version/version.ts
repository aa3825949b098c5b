import type { CollectionName, IndexName, Revision, Sha256, VectorName, VersionNumber } from '../ids.js';
import type { JsonObject } from '../json.js';
import type { ProbeVectors, VersionFingerprints, VersionIdentity } from './identity.js';

export const VERSION_STATES = [
  'planned',
  'building',
  'paused',
  'built',
  'verified',
  'compared',
  'approved',
  'live',
  'previous',
  'retired',
  'failed',
  'cancelled',
  'rejected',
] as const;
export type VersionState = (typeof VERSION_STATES)[number];

/** Why a catch-up ended before its target; every waiter ends with this type. */
export interface CatchUpStop {
  readonly type: string;
  readonly message: string;
  /** The next step, for whoever waits. */
  readonly hint?: string;
  readonly revision: Revision;
  readonly at: string;
}

/** Totals of a version, kept by its catch-ups. */
export interface VersionTotals {
  readonly documents: number;
  readonly chunks: number;
  readonly quarantined: number;
  readonly embedded: number;
  readonly cacheHits: number;
  readonly reused: number;
  readonly tokens: number;
}

/** A view of the corpus log through one chunker, embedder and schema. */
export interface IndexVersion {
  readonly index: IndexName;
  readonly number: VersionNumber;
  readonly state: VersionState;
  readonly collection: CollectionName;
  readonly vectorName: VectorName;
  readonly identity: VersionIdentity;
  readonly fingerprints: VersionFingerprints;
  readonly probes: ProbeVectors;
  /** The index's configuration when the version was planned; frozen with it. */
  readonly config: JsonObject;
  readonly policy: JsonObject;
  /** Over fingerprints, policy and golden set: what an approval binds. */
  readonly digest: Sha256;
  /** Identifies the vector store the collection lives in. */
  readonly store: string;
  /** Raised once per catch-up execution; an older number may not write any more. */
  readonly writer: number;
  readonly watermark: Revision;
  readonly verifiedWatermark?: Revision;
  readonly comparedWatermark?: Revision;
  readonly comparisonId?: string;
  readonly stopped?: CatchUpStop;
  readonly totals: VersionTotals;
  readonly startedBy: string;
  readonly createdAt: string;
}
