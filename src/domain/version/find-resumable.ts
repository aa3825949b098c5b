import type { FailureCode } from '../errors.js';
import type { JsonObject } from '../json.js';
import { canonicalJson } from './canonical-json.js';
import type { IndexVersion } from './version.js';

/** What a version would be planned with now. */
export interface Resumption {
  /** Over fingerprints, policy and golden set. */
  readonly digest: string;
  readonly config: JsonObject;
  /** Identifies the vector store in use. */
  readonly store: string;
}

/** After these a version is not worth going on with: it would end the same way, or hold what nobody can vouch for. */
const BEYOND_REPAIR: ReadonlySet<string> = new Set<FailureCode>([
  'VERIFY_FAILED',
  'ENCODER_CHANGED',
  'CHUNKER_CHANGED',
  'FOREIGN_COLLECTION',
]);

/**
 * The failed version that a new attempt may go on with instead of beginning anew: the newest one that was planned with
 * the very same configuration. A version's configuration is frozen with it, so that any change of it, be it of a
 * limit, needs a version of its own (whose vectors then come from the cache).
 *
 * @param versions  Of one index, in the order of their numbers.
 * @returns         undefined when there is none, or when the newest one is beyond repair.
 */
export function findResumable(versions: readonly IndexVersion[], wanted: Resumption): IndexVersion | undefined {
  const config = canonicalJson(wanted.config);
  const newest = versions.findLast(
    (version) =>
      version.state === 'failed' &&
      version.digest === wanted.digest &&
      version.store === wanted.store &&
      canonicalJson(version.config) === config,
  );
  return newest?.stopped && BEYOND_REPAIR.has(newest.stopped.type) ? undefined : newest;
}
