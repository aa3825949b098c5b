import { setTimeout as sleep } from 'node:timers/promises';
import type { Revision } from '../../domain/ids.js';
import type { VersionKey } from '../../ports/ledger.js';
import { requireVersion, type CatchUpPorts } from './catch-up-ports.js';
import { requireOwnCollection } from './require-own-collection.js';

/**
 * Become the one writer of a version. Returns once no request of the writer before can still be under
 * way; whatever that one left half done is queued for a sweep.
 *
 * @throws {LifecycleError} `NOT_FOUND`, `FOREIGN_COLLECTION`
 */
export async function beginCatchUp(
  ports: Pick<CatchUpPorts, 'registry' | 'vectors' | 'fence'>,
  key: VersionKey,
  options: { readonly signal?: AbortSignal } = {},
): Promise<{ readonly writer: number; readonly watermark: Revision }> {
  await requireOwnCollection(ports, await requireVersion(ports, key));
  const { writer, watermark, waitMs } = await ports.fence.takeOver(key);
  await sleep(waitMs, undefined, { signal: options.signal });
  return { writer, watermark };
}
