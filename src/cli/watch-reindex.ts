import type { Client } from '@temporalio/client';
import type { ReindexProgress, ReindexResult } from '../contracts/workflows.js';
import { indexName } from '../domain/ids.js';
import type { Ports } from '../ports/index.js';
import type { Reporter } from './output/index.js';
import { queryProgress, type ReindexHandle } from './reindex-run.js';

export type WatchEnd =
  | { readonly kind: 'ended'; readonly result: ReindexResult }
  | { readonly kind: 'waiting'; readonly progress: ReindexProgress; readonly handle: ReindexHandle };

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
  let ended: WatchEnd | undefined;
  let failure: unknown;
  const done = watched.handle.result().then(
    (result) => (ended = { kind: 'ended', result }),
    (error: unknown) => (failure = error),
  );
  for (;;) {
    await Promise.race([done, pause(POLL_MS)]);
    if (failure !== undefined) throw failure;
    if (ended) return ended;
    const progress = await queryProgress(watched.client, watched.handle);
    await draw(watched, progress);
    if (progress?.phase === 'awaiting-decision') return { kind: 'waiting', progress, handle: watched.handle };
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

async function draw(watched: Watched, progress: ReindexProgress | undefined): Promise<void> {
  const { ports, reporter } = watched;
  const index = indexName(watched.index);
  const state = await ports.log.state(index);
  const number = progress?.version ?? (await ports.registry.index(index))?.candidate;
  const key = number === undefined || number === null ? undefined : { index, number };
  const version = key && (await ports.registry.version(key));
  const totals = key && (await ports.ledger.totals(key));
  reporter.snapshot({
    stage: stageName(progress, number),
    done: totals?.documents ?? 0,
    total: state.documents,
    chunks: totals?.chunks ?? 0,
    quarantined: totals?.quarantined ?? 0,
    note: version?.stopped ? `stopped: ${version.stopped.message}` : undefined,
  });
}

function stageName(progress: ReindexProgress | undefined, version: number | null | undefined): string {
  const phase = progress?.phase ?? 'waiting for a worker';
  return version ? `v${version} ${phase}` : phase;
}
