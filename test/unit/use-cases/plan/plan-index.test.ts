import { describe, expect, test } from 'vitest';
import { createVersion } from '../../../../src/use-cases/plan/create-version.js';
import { planIndex } from '../../../../src/use-cases/plan/plan-index.js';
import { catchUp, create, openWorld, put, scan, type World } from '../../../support/catch-up-world.js';

const plan = (world: World, options: object = {}) =>
  planIndex(world.ports, world.spec, { startedBy: 'test', ...options });

async function corpus(count: number, change: Parameters<typeof openWorld>[0] = {}) {
  const world = await openWorld(change);
  put(world, Object.fromEntries(Array.from({ length: count }, (_, n) => [`d${n}`, `subject ${n}\nbody of ${n}`])));
  await scan(world);
  return world;
}

/** A version that serves, as after a promotion. */
async function withLive(world: World) {
  const version = await create(world);
  await catchUp(world, version);
  const live = await world.ports.registry.version({ index: version.index, number: version.number });
  const row = (await world.ports.registry.index(version.index))!;
  const registry = Object.assign(Object.create(world.ports.registry) as typeof world.ports.registry, {
    index: async () => ({ ...row, candidate: undefined, live: version.number }),
  });
  return { world: { ...world, ports: { ...world.ports, registry } }, live: live! };
}

describe('planIndex()', () => {
  test('counts documents, chunks, tokens and texts of a first version exactly', async () => {
    const world = await corpus(10);
    expect(await plan(world)).toMatchObject({
      action: 'new-version',
      reasons: ['no version is live yet'],
      documents: 10,
      chunks: 20,
      tokens: 10 * (2 + 3),
      cacheHits: 0,
      embeds: 20,
      costUsd: 0,
    });
  });

  test('says nothing is to be done when the live version is at the head', async () => {
    const { world } = await withLive(await corpus(3));
    expect(await plan(world)).toMatchObject({ action: 'nothing', documents: 0, chunks: 0, embeds: 0, seconds: null });
  });

  test('says refresh when only documents changed, and counts only those', async () => {
    const { world } = await withLive(await corpus(5));
    put(world, { d1: 'changed', d9: 'new\nsecond' });
    await scan(world);
    expect(await plan(world)).toMatchObject({ action: 'refresh', documents: 2, chunks: 3 });
  });

  test('says which part changed when a new version is needed, and what the cache has of it', async () => {
    const { world } = await withLive(await corpus(5));
    world.chunker.algorithm = 2;
    expect(await plan(world)).toMatchObject({
      action: 'new-version',
      reasons: ['chunker: algorithm 1 → 2'],
      documents: 5,
      cacheHits: 10,
      embeds: 0,
    });
  });

  test('says new version when the live one lives in another store', async () => {
    const { world } = await withLive(await corpus(2));
    const vectors = Object.assign(Object.create(world.ports.vectors) as typeof world.ports.vectors, {
      describe: async () => ({ title: 'qdrant', version: '1.18', exact: false }),
    });
    const moved = { ...world, ports: { ...world.ports, vectors } };
    expect(await plan(moved)).toMatchObject({ action: 'new-version', cacheHits: 4, embeds: 0 });
  });

  test('samples a large corpus, extrapolates and says so', async () => {
    const planned = await plan(await corpus(500), { sampleDocuments: 50 });
    expect(planned).toMatchObject({ documents: 500, chunks: 1_000, sampledDocuments: 50 });
    expect(planned.reasons).toContain('figures extrapolated from 50 of 500 documents');
  });

  test('prices the models of OpenAI at OpenAI only', async () => {
    const openai = { kind: 'openai', model: 'text-embedding-3-small', maxTokens: 8_191, documentPrefix: '', queryPrefix: '', apiKeyEnv: 'KEY' } as const; // prettier-ignore
    const priced = await plan(await corpus(10, { embedder: openai }));
    // 50 tokens at $0.02 a million
    expect(priced.costUsd).toBeCloseTo(0.000001, 12);
    expect(priced.seconds).toBeNull();
    const elsewhere = await plan(await corpus(10, { embedder: { ...openai, baseUrl: 'http://127.0.0.1:1' } }));
    expect(elsewhere.costUsd).toBe(0);
    expect(elsewhere.reasons).toContain('the price of text-embedding-3-small at its server is not known');
  });
});

describe('createVersion()', () => {
  test('run twice gives one version and one collection, with payload indexes and our metadata', async () => {
    const world = await corpus(1);
    const first = await create(world);
    const second = await create(world);
    expect(second).toMatchObject({ number: first.number, state: 'building' });
    expect(await world.ports.vectors.listCollections()).toEqual(['docs_v1']);
    const info = await world.ports.vectors.collection(first.collection);
    expect(info?.payloadIndexes).toEqual([
      { field: 'doc_id', type: 'keyword' },
      { field: 'rev', type: 'integer' },
    ]);
    expect(info?.metadata).toMatchObject({
      registry_id: await world.ports.registry.id(),
      version: 1,
      embedder: first.fingerprints.embedder,
    });
    expect(Object.keys(info?.vectors ?? {})).toEqual([`e-${first.fingerprints.embedder.slice(0, 12)}`]);
  });

  test('takes up a version whose collection was never created', async () => {
    const world = await corpus(1);
    const vectors = Object.assign(Object.create(world.ports.vectors) as typeof world.ports.vectors, {
      createCollection: () => Promise.reject(new Error('crash')),
    });
    const dying = createVersion({ ...world.ports, vectors }, world.spec, { startedBy: 'test' });
    await expect(dying).rejects.toThrow('crash');
    expect(await create(world)).toMatchObject({ number: 1, state: 'building' });
  });

  test('is refused while a candidate of another configuration exists', async () => {
    const world = await corpus(1);
    await create(world);
    world.chunker.algorithm = 2;
    await expect(create(world)).rejects.toMatchObject({ code: 'ALREADY_RUNNING' });
  });

  test('makes no version of an encoder whose probe vectors cannot be used', async () => {
    const world = await corpus(1);
    world.embedder.behave = (_, vectors) => vectors.map((vector) => vector.map(() => Number.NaN));
    await expect(create(world)).rejects.toMatchObject({ code: 'EMBED_REPLY_INVALID' });
    expect(await world.ports.registry.versions(world.spec.index)).toEqual([]);
    expect(await world.ports.vectors.listCollections()).toEqual([]);
  });
});
