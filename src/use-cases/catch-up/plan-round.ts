import type { Slice } from '../../domain/corpus/document.js';
import type { Revision } from '../../domain/ids.js';
import type { VersionKey } from '../../ports/ledger.js';
import { requireVersion, type CatchUpPorts } from './catch-up-ports.js';

/** A slice closes at about so much: small enough to retry, large enough to keep a history short. */
const SLICE_DOCUMENTS = 2_000;
const SLICE_TEXT_BYTES = 4_000_000;

export interface Round {
  readonly key: VersionKey;
  /** Revision to reach. */
  readonly to: Revision;
  /** Most slices to plan, ≥ 1. */
  readonly limit: number;
}

/**
 * The next slices between a version's watermark and `to`, in order and without a gap; none when it is
 * there. Apply all of them and advance the watermark before planning further: rounds are barriers.
 */
export async function planRound(
  ports: Pick<CatchUpPorts, 'registry' | 'log'>,
  { key, to, limit }: Round,
): Promise<readonly Slice[]> {
  const { watermark } = await requireVersion(ports, key);
  if (watermark >= to) return [];
  const bounds = { maxDocuments: SLICE_DOCUMENTS, maxTextBytes: SLICE_TEXT_BYTES, limit };
  return ports.log.planSlices(key.index, { from: watermark, to }, bounds);
}
