import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { parseFilter } from '../../../src/domain/filter/parse-filter.js';
import type { Collection } from '../../../src/local/vectors/engine/collection.js';
import type { CollectionRecord } from '../../../src/local/vectors/engine/collection-record.js';
import { searchTop } from '../../../src/local/vectors/engine/search.js';
import { prepareVector } from '../../../src/local/vectors/engine/vector-column.js';
import { VectorDatabase } from '../../../src/local/vectors/engine/vector-database.js';
import { upsertPoints } from '../../../src/local/vectors/engine/write-points.js';
import type { PointInput } from '../../../src/local/vectors/engine/write-points.js';
import { scanPool } from '../../../src/local/vectors/workers/scan-pool.js';
import { bareScan } from './bare-scan.js';
import { ms, quantile } from './ratio.js';
import type { Ratio } from './ratio.js';
import { startServer } from './server.js';

const SIZE = 384;
const BATCH = 500;
const ROUNDS = 60;
const SPREAD = 100;

const CONFIG: Omit<CollectionRecord, 'folder' | 'indexes'> = {
  vectors: [['', { size: SIZE, distance: 'Cosine' }]],
  vectorsConfig: { size: SIZE, distance: 'Cosine' },
  sections: {},
  metadata: {},
};

/** Search with and without a filter against the bare scan. */
export async function benchEngine(points: number): Promise<readonly Ratio[]> {
  return withFolder(async (folder) => {
    const collection = await filled(folder, points, ['group']);
    const { whole, filtered, bare } = await searchTimes(collection, points);
    await closed(folder);
    return [
      searchRatio(points, whole, bare),
      {
        what: 'filter that keeps 1 %',
        measured: `p50 ${ms(filtered)}`,
        against: `without a filter ${ms(whole)}`,
        value: filtered / whole,
        bound: { atMost: 0.3 },
      },
    ];
  });
}

/** Start, memory and search of a large collection. */
export async function benchMillion(points: number): Promise<readonly Ratio[]> {
  return withFolder(async (folder) => {
    await filled(folder, points, []);
    await closed(folder);
    const server = await startServer(folder);
    const bytes = points * SIZE * Float32Array.BYTES_PER_ELEMENT;
    const rss = await server.rssBytes();
    await server.stop();
    const database = await opened(folder);
    const { whole, bare } = await searchTimes(database.resolve('bench').collection, points);
    await closed(folder);
    return [
      {
        what: `start with ${points} × ${SIZE}, seconds`,
        measured: ms(server.startMs),
        against: '',
        value: server.startMs / 1000,
        bound: { atMost: (10 * points) / 1_000_000 },
      },
      {
        what: `memory after it`,
        measured: `${(rss / 1e6).toFixed(0)} MB`,
        against: `vectors ${(bytes / 1e6).toFixed(0)} MB`,
        value: rss / bytes,
        bound: { atMost: 1.25 },
      },
      searchRatio(points, whole, bare),
    ];
  });
}

const searchRatio = (points: number, whole: number, bare: number): Ratio => ({
  what: `top 10 of ${points} × ${SIZE}`,
  measured: `p50 ${ms(whole)}`,
  against: `bare scan ${ms(bare)}, ${scanPool.threads} threads`,
  value: whole / bare,
  bound: { atMost: 1.3 },
});

/** Medians, the three kinds taking turns so that a busy machine is busy for all of them. */
async function searchTimes(
  { table }: Collection,
  points: number,
): Promise<{ readonly whole: number; readonly filtered: number; readonly bare: number }> {
  const column = table.columns.get('')!;
  await scanPool.started();
  const scan = await bareScan(column, points, scanPool.threads);
  const filter = parseFilter({ must: [{ key: 'group', match: { value: 'g7' } }] });
  const hasGroups = table.index('group') !== undefined;
  const times = { whole: [] as number[], filtered: [] as number[], bare: [] as number[] };
  for (let round = 0; round < ROUNDS; round += 1) {
    const search = { column, vector: randomVector(), withVectors: false };
    times.bare.push(await scan.run());
    times.whole.push(await timed(() => searchTop(table, search, 10)));
    if (hasGroups) times.filtered.push(await timed(() => searchTop(table, { ...search, filter }, 10)));
  }
  await scan.close();
  return {
    whole: quantile(times.whole, 0.5),
    filtered: quantile(times.filtered, 0.5),
    bare: quantile(times.bare, 0.5),
  };
}

const databases = new Map<string, VectorDatabase>();

async function opened(folder: string): Promise<VectorDatabase> {
  const database = databases.get(folder) ?? (await VectorDatabase.open(folder));
  databases.set(folder, database);
  return database;
}

async function closed(folder: string): Promise<void> {
  await databases.get(folder)?.close();
  databases.delete(folder);
}

async function filled(folder: string, points: number, indexes: readonly string[]): Promise<Collection> {
  const database = await opened(folder);
  await database.createCollection('bench', CONFIG);
  for (const field of indexes) await database.createIndex('bench', field, 'keyword');
  const { collection } = database.resolve('bench');
  for (let first = 0; first < points; first += BATCH) {
    const batch = Array.from({ length: Math.min(BATCH, points - first) }, (_, i) => pointOf(first + i));
    await upsertPoints(collection, { points: batch, mode: 'upsert' });
    if (first % (8 * BATCH) === 0) await collection.log.durable();
  }
  await collection.log.durable();
  return collection;
}

function pointOf(n: number): PointInput {
  const payloadValue = { group: `g${n % SPREAD}`, text: 'x'.repeat(270) };
  return {
    id: uuidOf(n),
    vectors: new Map([['', randomVector()]]),
    content: { payload: JSON.stringify(payloadValue) },
    payloadValue,
  };
}

/** Spread like hashes, as the ids of chunks are. */
function uuidOf(n: number): string {
  const hash = (Math.imul(n, 2_654_435_761) >>> 0).toString(16).padStart(8, '0');
  return `${hash}-0000-5000-8000-${n.toString(16).padStart(12, '0')}`;
}

const randomVector = (): Float32Array =>
  prepareVector(
    Float32Array.from({ length: SIZE }, () => Math.random() - 0.5),
    'Cosine',
  );

async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

async function withFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'cutover-bench-'));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}
