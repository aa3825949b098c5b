import { EMPTY_TEXT } from '../../domain/corpus/check-document.js';
import { LifecycleError } from '../../domain/errors.js';
import type { Revision } from '../../domain/ids.js';
import type { IndexVersion } from '../../domain/version/version.js';
import type { LedgerEntry, VersionKey } from '../../ports/ledger.js';
import { requireVersion, specOf, type CatchUpPorts } from './catch-up-ports.js';
import { sweep } from './sweep.js';

export interface Advance {
  readonly key: VersionKey;
  readonly writer: number;
  /** All slices up to here are applied. */
  readonly to: Revision;
}

/** Read to tell skipped documents from faulty ones; a build with more is stopped anyway. */
const COUNTED = 10_000;

/**
 * Say that a version has applied everything up to `to`: sweep first, hold the quarantine of a build
 * against its limit, then move the watermark.
 *
 * @returns the watermark afterwards, at least `to`
 * @throws {LifecycleError} `QUARANTINE_LIMIT`, `STALE_WRITER`; `SWITCH_OPEN` (retryable) while a flip names the
 *   version or documents of a superseded attempt still wait for their sweep
 */
export async function advanceWatermark(
  ports: Pick<CatchUpPorts, 'registry' | 'log' | 'ledger' | 'fence' | 'vectors'>,
  { key, writer, to }: Advance,
): Promise<Revision> {
  await sweep(ports, { ...key, writer });
  const version = await requireVersion(ports, key);
  if (version.state === 'building') await requireQuarantineShare(ports, version);
  const watermark = await ports.fence.advanceWatermark({ ...key, writer }, to);
  if (watermark < to) throw notNow(key, { watermark, to });
  return watermark;
}

/** A refusal that time mends: whoever asks waits between two tries instead of asking without pause. */
function notNow(
  key: VersionKey,
  { watermark, to }: { readonly watermark: Revision; readonly to: Revision },
): LifecycleError {
  return new LifecycleError(
    'SWITCH_OPEN',
    `The watermark of ${key.index} v${key.number} may not move from ${watermark} to ${to} while a flip or a sweep is open`,
    { retryable: true, facts: { watermark, to } },
  );
}

async function requireQuarantineShare(
  { ledger, log }: Pick<CatchUpPorts, 'ledger' | 'log'>,
  version: IndexVersion,
): Promise<void> {
  const { maxQuarantineShare } = specOf(version).limits;
  const [{ quarantined }, { documents }] = await Promise.all([ledger.totals(version), log.state(version.index)]);
  const allowed = maxQuarantineShare * documents;
  if (quarantined <= allowed) return;
  // A document without text is skipped: no fault of the build.
  const faulty = (await ledger.quarantined(version, COUNTED)).filter(({ quarantine }) => quarantine !== EMPTY_TEXT);
  if (faulty.length > allowed) throw tooMany(faulty, documents, maxQuarantineShare);
}

function tooMany(faulty: readonly LedgerEntry[], documents: number, share: number): LifecycleError {
  const examples = faulty.slice(0, 5).map(({ docId, quarantine }) => `${docId}: ${quarantine ?? ''}`);
  return new LifecycleError(
    'QUARANTINE_LIMIT',
    `${faulty.length} of ${documents} documents cannot be indexed, more than ${share * 100} %: ${examples.join('; ')}`,
    {
      hint: 'Repair or exclude them, or raise limits.maxQuarantineShare, and reindex again.',
      facts: { quarantined: faulty.length, documents, maxQuarantineShare: share, examples },
    },
  );
}
