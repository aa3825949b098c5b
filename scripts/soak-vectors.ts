import { readdirSync, readFileSync, statSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';

import { restClient } from '../test/support/rest.js';
import type { RestClient } from '../test/support/rest.js';
import { spawnVectorServer } from '../test/support/vector-server-process.js';

/**
 * Mixed load on one embedded vector server at full rate, with samples of its memory and its latency (Linux).
 *
 *   node --import tsx scripts/soak-vectors.ts [minutes=10] [points=20000] [dimensions=384]
 *
 * Two clients upsert, two query, one scrolls, one deletes and flips an alias, one asks for health. Prints Markdown.
 */
const [minutes = 10, points = 20_000, dimensions = 384] = process.argv.slice(2).map(Number);
const SAMPLES = 10;
const BATCH = 100;
const KINDS = ['upsert', 'query', 'scroll', 'delete', 'flip', 'health'] as const;
type Kind = (typeof KINDS)[number];

const latencies = new Map<Kind, number[]>();
let running = true;

async function timed(kind: Kind, work: () => Promise<unknown>): Promise<void> {
  const started = performance.now();
  await work();
  const list = latencies.get(kind) ?? [];
  list.push(performance.now() - started);
  latencies.set(kind, list);
}

const vector = (): number[] => Array.from({ length: dimensions }, () => Number((Math.random() - 0.5).toFixed(8)));
const anyId = (): number => Math.floor(Math.random() * points);

const upsertFrom = (from: number): object => ({
  points: Array.from({ length: BATCH }, (_, i) => ({
    id: (from + i) % points,
    vector: vector(),
    payload: { doc_id: `d${(from + i) % 500}`, rev: from, text: 'x'.repeat(200 + Math.floor(Math.random() * 200)) },
  })),
});

/** Every kind of work, again and again until the end. */
function load(rest: RestClient): Promise<void>[] {
  const filter = (): object => ({ must: [{ key: 'doc_id', match: { value: `d${anyId() % 500}` } }] });
  const work: Readonly<Record<Kind, () => Promise<unknown>>> = {
    upsert: () => rest.result('PUT', '/collections/docs/points?wait=true', upsertFrom(anyId())),
    query: () =>
      rest.result('POST', '/collections/live/points/query', {
        query: vector(),
        limit: 10,
        with_payload: true,
        ...(Math.random() < 0.5 ? { filter: filter() } : {}),
      }),
    scroll: () => rest.result('POST', '/collections/docs/points/scroll', { limit: 100, offset: anyId() }),
    delete: () => rest.result('POST', '/collections/docs/points/delete?wait=true', { filter: filter() }),
    flip: () =>
      rest.result('POST', '/collections/aliases', {
        actions: [{ create_alias: { alias_name: 'live', collection_name: Math.random() < 0.9 ? 'docs' : 'other' } }],
      }),
    health: () => rest.call('GET', '/healthz'),
  };
  const clients: readonly (readonly Kind[])[] = [
    ['upsert'],
    ['upsert'],
    ['query'],
    ['query'],
    ['scroll'],
    ['delete', 'flip'],
    ['health'],
  ];
  const pause: Partial<Record<Kind, number>> = { health: 20, scroll: 20, delete: 200, flip: 20 };
  return clients.map(async (kinds) => {
    while (running) {
      for (const kind of kinds) {
        await timed(kind, work[kind]);
        await sleep(pause[kind] ?? 0);
      }
    }
  });
}

const quantile = (sorted: readonly number[], share: number): string =>
  sorted.length === 0
    ? '–'
    : (sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] as number).toFixed(1);

const rssMb = (pid: number): number =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;

function logMb(folder: string): number {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return (
    files.reduce(
      (sum, file) => sum + (statSync(join(file.parentPath, file.name), { throwIfNoEntry: false })?.size ?? 0),
      0,
    ) /
    2 ** 20
  );
}

function row(started: number, server: { readonly pid: number; readonly folder: string }): string {
  const cells = KINDS.map((kind) => {
    const sorted = (latencies.get(kind) ?? []).sort((a, b) => a - b);
    return `${sorted.length}: ${quantile(sorted, 0.5)} / ${quantile(sorted, 0.99)}`;
  });
  latencies.clear();
  const minute = ((performance.now() - started) / 60_000).toFixed(1);
  return `| ${[minute, rssMb(server.pid).toFixed(0), logMb(server.folder).toFixed(0), ...cells].join(' | ')} |`;
}

async function main(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'cutover-soak-'));
  const server = await spawnVectorServer(folder);
  const rest = restClient(server.url);
  for (const name of ['docs', 'other']) {
    await rest.result('PUT', `/collections/${name}`, { vectors: { size: dimensions, distance: 'Cosine' } });
  }
  await rest.result('PUT', '/collections/docs/index?wait=true', { field_name: 'doc_id', field_schema: 'keyword' });
  for (let from = 0; from < points; from += BATCH)
    await rest.result('PUT', '/collections/docs/points?wait=true', upsertFrom(from));
  await rest.result('POST', '/collections/aliases', {
    actions: [{ create_alias: { alias_name: 'live', collection_name: 'docs' } }],
  });

  console.log(`| min | RSS MB | disk MB | ${KINDS.map((kind) => `${kind}, n: p50 / p99 ms`).join(' | ')} |`);
  console.log(`|${'---|'.repeat(3 + KINDS.length)}`);
  const clients = load(rest);
  const started = performance.now();
  for (let sample = 0; sample < SAMPLES; sample += 1) {
    await sleep((minutes * 60_000) / SAMPLES);
    console.log(row(started, { pid: server.child.pid as number, folder }));
  }
  running = false;
  await Promise.all(clients);
  await server.stop('SIGTERM');
  await rm(folder, { recursive: true });
}

await main();
