import type { Client } from '@temporalio/client';
import type { ReindexProgress, ReindexResult } from '../contracts/workflows.js';
import { indexName } from '../domain/ids.js';
import type { Ports } from '../ports/index.js';
import type { VersionKey } from '../ports/ledger.js';
import type { Reporter } from './output/index.js';
import { queryProgress, type ReindexHandle } from './reindex-run.js';

export type WatchEnd =
  | { readonly kind: 'ended'; readonly result: ReindexResult }
  | {
      readonly kind: 'waiting';
      readonly progress: ReindexProgress;
      readonly handle: ReindexHandle;
      readonly index: string;
    };

interface Watched {
  readonly client: Client;
  readonly handle: ReindexHandle;
  readonly index: string;
  readonly ports: Pick<Ports, 'registry' | 'log' | 'ledger'>;
  readonly reporter: Reporter;
}

const POLL_MS = 500;

/** Draw the durable work until it ends or waits for a person; ending this loop does not end the work. */
export async function watchReindex(watched: Watched): Promise<WatchEnd> {
  const { client, handle, index } = watched;
  const ended = handle.result().then((result): WatchEnd => ({ kind: 'ended', result }));
  ended.catch(() => undefined); // it is awaited below; the loop may be drawing when it fails
  for (;;) {
    const end = await Promise.race([ended, pause(POLL_MS)]);
    if (end) return end;
    const progress = await queryProgress(client, handle);
    await draw(watched, progress);
    if (progress?.phase === 'awaiting-decision') return { kind: 'waiting', progress, handle, index };
  }
}

function pause(ms: number): Promise<undefined> {
  return new Promise((resolve) => setTimeout(() => resolve(undefined), ms));
}

async function draw(watched: Watched, progress: ReindexProgress | undefined): Promise<void> {
  const { ports, reporter } = watched;
  const index = indexName(watched.index);
  const state = await ports.log.state(index);
  const number = progress?.version ?? (await ports.registry.index(index))?.candidate;
  const built = number === undefined ? undefined : await progressOf(ports, { index, number });
  reporter.snapshot({ stage: stageName(progress, number), done: 0, total: state.documents, ...built });
}

async function progressOf(
  { registry, ledger }: Pick<Ports, 'registry' | 'ledger'>,
  key: VersionKey,
): Promise<{ done: number; chunks: number; quarantined: number; note: string | undefined }> {
  const [version, totals] = [await registry.version(key), await ledger.totals(key)];
  const note = version?.stopped ? `stopped: ${version.stopped.message}` : undefined;
  return { done: totals.documents, chunks: totals.chunks, quarantined: totals.quarantined, note };
}

function stageName(progress: ReindexProgress | undefined, version: number | null | undefined): string {
  const phase = progress?.phase ?? 'waiting for a worker';
  return version ? `v${version} ${phase}` : phase;
}
