import { setTimeout as sleep } from 'node:timers/promises';
import type { DocId } from '../../domain/ids.js';
import type { IndexVersion } from '../../domain/version/version.js';
import type { Ports } from '../../ports/index.js';
import { readDocumentPoints } from '../catch-up/document-points.js';
import { inParts } from '../catch-up/vector-supply.js';
import { differenceOf, type Difference } from './document-check.js';

type RecheckPorts = Pick<Ports, 'registry' | 'log' | 'ledger' | 'fence' | 'vectors'>;

const BATCH_DOCUMENTS = 200;
const POLL_MS = 250;
/** Longest wait for running slices, which hold a lease of 15 s at most after their last write. */
const LEASE_WAIT_MS = 60_000;

/**
 * Look again at documents that differed, one by one and once no slice is being written: beside a running
 * catch-up only what differs twice counts.
 *
 * @returns the differences that are still there
 */
export async function recheck(
  ports: RecheckPorts,
  version: IndexVersion,
  options: { readonly ids: readonly DocId[]; readonly signal?: AbortSignal },
): Promise<readonly Difference[]> {
  if (options.ids.length === 0) return [];
  await quiet(ports, version, options.signal);
  const differences: Difference[] = [];
  for (const ids of inParts(options.ids, BATCH_DOCUMENTS)) {
    options.signal?.throwIfAborted();
    differences.push(...(await differing(ports, version, ids)));
  }
  return differences;
}

async function quiet({ fence }: RecheckPorts, version: IndexVersion, signal?: AbortSignal): Promise<void> {
  const deadline = performance.now() + LEASE_WAIT_MS;
  while (performance.now() < deadline && (await fence.anyLease(version))) {
    await sleep(POLL_MS, undefined, { signal });
  }
}

async function differing(
  { log, ledger, registry, vectors }: RecheckPorts,
  version: IndexVersion,
  ids: readonly DocId[],
): Promise<readonly Difference[]> {
  const [entries, rows, now] = await Promise.all([
    ledger.entries(version, ids),
    log.documents(version.index, ids),
    registry.version(version),
  ]);
  const revisions = new Map(rows.map(({ id, revision }) => [id, revision]));
  const found: Difference[] = [];
  for (const id of ids) {
    const entry = entries.get(id);
    const revision = revisions.get(id) ?? 0;
    // Above the watermark an interrupted attempt may have written points already: applying it settles them.
    const isPending = revision > (now?.watermark ?? 0) && revision > (entry?.revision ?? 0);
    if (isPending) continue;
    const difference = differenceOf(id, entry, await readDocumentPoints(vectors, version.collection, id));
    if (difference) found.push(difference);
  }
  return found;
}
