import { appendFile, mkdtemp, open, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';

import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { connectQdrant } from '../../src/adapters/qdrant/connect-qdrant.js';
import { aliasName, chunkId, collectionName, docId, vectorName } from '../../src/domain/ids.js';
import type { CollectionSpec, VectorStore } from '../../src/ports/vector-store.js';
import { startVectorServer } from '../../src/local/vectors/start-vector-server.js';
import { spawnVectorServer } from '../support/vector-server-process.js';

const DOCS = collectionName('docs_v1');
const VECTOR = vectorName('e-1');
const SPEC: CollectionSpec = {
  name: DOCS,
  vectorName: VECTOR,
  dimensions: 8,
  distance: 'Cosine',
  onDisk: false,
  quantization: 'none',
  metadata: { registry_id: 'r', index: 'docs', version: 1, embedder: 'e', chunker: 'c', schema: 's' },
  payloadIndexes: [
    { field: 'doc_id', type: 'keyword' },
    { field: 'rev', type: 'integer' },
  ],
};

const id = (n: number) => chunkId(`00000000-0000-5000-8000-${String(n).padStart(12, '0')}`);
const points = (from: number, count: number) =>
  Array.from({ length: count }, (_, i) => ({
    id: id(from + i),
    vector: Float32Array.from({ length: 8 }, (_unused, j) => Math.sin((from + i) * (j + 1))),
    payload: { doc_id: `d${from + i}`, chunk: 0, rev: 1, start: 0, end: 1, text: 'x'.repeat(200), content_hash: 'h' },
  }));
const write = (store: VectorStore, from: number, count: number): Promise<void> =>
  store.upsert(DOCS, { vectorName: VECTOR, points: points(from, count), revisionAtMost: 1 });

describe('embedded vector server and crashes', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cutover-vectors-'));
  });

  afterEach(async () => {
    await rm(folder, { recursive: true });
  });

  const logPath = async (): Promise<string> => {
    const [collection = ''] = await readdir(join(folder, 'collections'));
    const [log = ''] = await readdir(join(folder, 'collections', collection));
    return join(folder, 'collections', collection, log);
  };

  test('kill -9 during upserts loses no acknowledged point', async () => {
    const acknowledged: number[] = [];
    for (let round = 0; round < 3; round += 1) {
      const server = await spawnVectorServer(folder);
      const store = connectQdrant({ url: server.url });
      await store.createCollection(SPEC);
      for (const n of acknowledged) expect(await store.retrieve(DOCS, [id(n)], { payload: false })).toHaveLength(1);
      const client = async (lane: number): Promise<void> => {
        for (let i = 0; ; i += 1) {
          const from = round * 1_000_000 + lane * 100_000 + i * 20;
          await write(store, from, 20);
          acknowledged.push(from, from + 19);
        }
      };
      const clients = [0, 1, 2, 3].map((lane) => client(lane).catch((error: { code?: string }) => error.code));
      await setTimeout(300 + 200 * round);
      expect(await server.stop('SIGKILL')).toBe('SIGKILL');
      expect(new Set(await Promise.all(clients))).toEqual(new Set(['VECTORS_UNAVAILABLE']));
    }
    expect(acknowledged.length).toBeGreaterThan(20);
    const server = await spawnVectorServer(folder);
    const store = connectQdrant({ url: server.url });
    const found = await store.retrieve(DOCS, acknowledged.map(id), { payload: true, vectorName: VECTOR });
    expect(found).toHaveLength(acknowledged.length);
    expect(found.every((one) => one.vector?.length === 8 && one.payload.rev === 1)).toBe(true);
    expect(await server.stop('SIGTERM')).toBe(0);
  });

  test('kill -9 during flips leaves the alias at the acknowledged or the asked target', async () => {
    const alias = aliasName('docs');
    const targets = [DOCS, collectionName('docs_v2')];
    let last = DOCS;
    for (let round = 0; round < 3; round += 1) {
      const server = await spawnVectorServer(folder);
      const store = connectQdrant({ url: server.url });
      for (const name of targets) await store.createCollection({ ...SPEC, name });
      let asked = last;
      const flips = (async () => {
        for (let i = 0; ; i += 1) {
          asked = targets[i % 2] as typeof DOCS;
          await store.pointAlias(alias, asked);
          last = asked;
        }
      })().catch(() => undefined);
      await setTimeout(150);
      await server.stop('SIGKILL');
      await flips;
      const again = await startVectorServer({ folder, port: 0 });
      const found = await connectQdrant({ url: again.url }).resolveAlias(alias);
      await again.close();
      expect([last, asked]).toContain(found);
      last = found as typeof DOCS;
    }
  });

  test('a restart finds collections, indexes, aliases and points as they were', async () => {
    let server = await startVectorServer({ folder, port: 0 });
    let store = connectQdrant({ url: server.url });
    await store.createCollection(SPEC);
    await write(store, 0, 50);
    await store.deleteStale(DOCS, [{ docId: docId('d7'), below: 2 }]);
    await store.pointAlias(aliasName('docs'), DOCS);
    const state = async () => [
      await store.collection(DOCS),
      await store.listAliases(),
      await store.scroll(DOCS, { limit: 100, payload: true, vectorName: VECTOR }),
      await store.query(aliasName('docs'), { vectorName: VECTOR, vector: points(3, 1)[0]!.vector, limit: 10 }),
    ];
    const before = await state();
    await server.close();
    server = await startVectorServer({ folder, port: 0 });
    store = connectQdrant({ url: server.url });
    expect(await state()).toEqual(before);
    await server.close();
  });

  test('a torn tail is cut wherever it was torn, and writing goes on behind it', async () => {
    let server = await startVectorServer({ folder, port: 0 });
    let store = connectQdrant({ url: server.url });
    await store.createCollection(SPEC);
    await write(store, 0, 10);
    const whole = (await stat(await logPath())).size;
    await write(store, 10, 1);
    await server.close();
    const path = await logPath();
    const torn = (await readFile(path)).subarray(whole);
    for (const bytes of [1, 11, 27, 28, 29, torn.length - 1]) {
      await truncate(path, whole);
      await appendFile(path, torn.subarray(0, bytes));
      server = await startVectorServer({ folder, port: 0 });
      store = connectQdrant({ url: server.url });
      expect(await store.count(DOCS)).toBe(10);
      expect((await stat(path)).size).toBe(whole);
      await server.close();
    }
    server = await startVectorServer({ folder, port: 0 });
    await write(connectQdrant({ url: server.url }), 20, 5);
    await server.close();
    server = await startVectorServer({ folder, port: 0 });
    expect(await connectQdrant({ url: server.url }).count(DOCS)).toBe(15);
    await server.close();
  });

  test('a damaged log before acknowledged points is reported, not cut; other collections work', async () => {
    let server = await startVectorServer({ folder, port: 0 });
    let store = connectQdrant({ url: server.url });
    await store.createCollection(SPEC);
    for (const from of [0, 10, 20]) await write(store, from, 10);
    const path = await logPath();
    await store.createCollection({ ...SPEC, name: collectionName('docs_v2') });
    await server.close();
    const file = await open(path, 'r+');
    await file.write(Buffer.from([0xff, 0xff]), 0, 2, 200);
    await file.close();
    const { size } = await stat(path);

    server = await startVectorServer({ folder, port: 0 });
    store = connectQdrant({ url: server.url });
    expect((await store.collection(DOCS))?.status).toBe('red');
    await expect(store.count(DOCS)).rejects.toThrow('the log is damaged at byte 0');
    await expect(write(store, 30, 1)).rejects.toThrow('the log is damaged at byte 0');
    expect(await store.count(collectionName('docs_v2'))).toBe(0);
    expect((await stat(path)).size).toBe(size);
    expect(await store.deleteCollection(DOCS)).toBe(true);
    await server.close();
  });

  test('a write that does not fit on the disk is refused, what was acknowledged stays, and reads agree with the disk', async () => {
    const server = await spawnVectorServer(folder, { fileBlocks: 200 });
    const store = connectQdrant({ url: server.url });
    await store.createCollection(SPEC);
    let acknowledged = 0;
    const refused = await (async () => {
      for (;;) {
        await write(store, acknowledged, 50);
        acknowledged += 50;
      }
    })().catch((error: { code?: string }) => error.code);
    expect(refused).toBe('VECTORS_REFUSED'); // 507: free space, then try again
    expect(acknowledged).toBeGreaterThan(50);
    expect(await store.count(DOCS)).toBe(acknowledged);
    await server.stop('SIGKILL');
    const again = await startVectorServer({ folder, port: 0 });
    expect(await connectQdrant({ url: again.url }).count(DOCS)).toBe(acknowledged);
    await again.close();
  });

  test('two servers never open one folder; a lock left by kill -9 is taken over', async () => {
    const first = await spawnVectorServer(folder);
    await expect(startVectorServer({ folder, port: 0 })).rejects.toMatchObject({
      code: 'ALREADY_RUNNING',
      facts: { pid: first.child.pid },
    });
    await first.stop('SIGKILL');
    const second = await startVectorServer({ folder, port: 0 });
    await expect(startVectorServer({ folder, port: 0 })).rejects.toMatchObject({ code: 'ALREADY_RUNNING' });
    await second.close();
    // The pid of a dead server may have been given to somebody else since.
    await writeFile(join(folder, 'lock', '000000009'), JSON.stringify({ pid: process.ppid, startedAt: 'long ago' }));
    await (await startVectorServer({ folder, port: 0 })).close();
  });

  test('the process announces its port, and ends when its supervisor is gone', async () => {
    const server = await spawnVectorServer(folder, { ipc: true });
    const ended = new Promise((resolve) => server.child.once('exit', resolve));
    expect(server.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    server.child.disconnect();
    expect(await ended).toBe(0);
  });
});
