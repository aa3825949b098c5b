import { NO_POINTS } from '../../domain/chunk/digest.js';
import type { DocId, Revision } from '../../domain/ids.js';
import type { IndexVersion } from '../../domain/version/version.js';
import type { LedgerEntry, VersionKey } from '../../ports/ledger.js';
import { requireVersion, type CatchUpPorts } from './catch-up-ports.js';
import { readDocumentPoints } from './document-points.js';

type SweepPorts = Pick<CatchUpPorts, 'registry' | 'ledger' | 'fence' | 'vectors'>;

/** Documents swept together. */
const BATCH_DOCUMENTS = 64;

/**
 * Remove what superseded attempts may have left: points of the queued documents that are not what the
 * ledger says. Needs no lease: a point with a `rev` below what was applied is stale for ever, however late
 * the deletion arrives.
 *
 * @param version  With `writer`, only while that one is the version's: what another has queued meanwhile stays.
 * @returns how many documents were swept
 * @throws {LifecycleError} `STALE_WRITER`
 */
export async function sweep(
  ports: SweepPorts,
  { index, number, writer }: VersionKey & { readonly writer?: number },
  options: { readonly signal?: AbortSignal } = {},
): Promise<number> {
  const key = { index, number };
  const version = await requireVersion(ports, key);
  let swept = 0;
  for (;;) {
    options.signal?.throwIfAborted();
    const ids = await ports.fence.queuedSweeps(key, BATCH_DOCUMENTS);
    if (ids.length === 0) return swept;
    await sweepBatch(ports, version, ids);
    await ports.fence.finishSweeps({ ...key, writer }, ids);
    swept += ids.length;
  }
}

async function sweepBatch(ports: SweepPorts, version: IndexVersion, ids: readonly DocId[]): Promise<void> {
  const entries = [...(await ports.ledger.entries(version, ids)).values()];
  // A document without an entry is above the watermark: applying it deletes what is older.
  const stale = entries.map((entry) => ({ docId: entry.docId, below: staleBelow(entry) }));
  if (stale.length > 0) await ports.vectors.deleteStale(version.collection, stale);
  const lost = await lostDocuments(ports, version, entries);
  if (lost.length === 0) return;
  await ports.vectors.deleteStale(version.collection, lost.map(everythingOf));
  await ports.ledger.write(version, lost.map(withoutPoints));
}

/** Revision below which no point of the document may stand. */
function staleBelow({ appliedRevision, revision }: LedgerEntry): Revision {
  return appliedRevision ?? revision + 1;
}

/**
 * Quarantined documents whose last good chunks a late write has overwritten: their text is gone from the
 * log, so that nothing of them can be put right.
 */
async function lostDocuments(
  { vectors }: SweepPorts,
  { collection }: IndexVersion,
  entries: readonly LedgerEntry[],
): Promise<readonly LedgerEntry[]> {
  const lost: LedgerEntry[] = [];
  for (const entry of entries) {
    if (entry.quarantine !== undefined && !(await keepsLastGood({ vectors }, collection, entry))) lost.push(entry);
  }
  return lost;
}

/** Whether the collection still holds exactly the chunks the ledger says were applied last. */
export async function keepsLastGood(
  { vectors }: Pick<SweepPorts, 'vectors'>,
  collection: IndexVersion['collection'],
  entry: LedgerEntry,
): Promise<boolean> {
  if (entry.appliedRevision === undefined) return true;
  const points = await readDocumentPoints(vectors, collection, entry.docId);
  return points.count === entry.chunkCount && points.digest === entry.chunkDigest;
}

/** Deletion of every point of a document up to the revision that was considered. */
function everythingOf({ docId, revision }: LedgerEntry): { readonly docId: DocId; readonly below: Revision } {
  return { docId, below: revision + 1 };
}

/** The entry of a document that has no points any more. */
function withoutPoints(entry: LedgerEntry): LedgerEntry {
  return { ...entry, appliedRevision: undefined, chunkCount: 0, chunkDigest: NO_POINTS };
}
