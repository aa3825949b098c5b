import { describe, expect, test } from 'vitest';
import { LifecycleError } from '../../../../src/domain/errors.js';
import { collectionName, docId } from '../../../../src/domain/ids.js';
import { PROBE_TEXTS } from '../../../../src/domain/version/probes.js';
import { advanceWatermark } from '../../../../src/use-cases/catch-up/advance-watermark.js';
import { applySlice } from '../../../../src/use-cases/catch-up/apply-slice.js';
import { beginCatchUp } from '../../../../src/use-cases/catch-up/begin-catch-up.js';
import { createVersion } from '../../../../src/use-cases/plan/create-version.js';
import { planIndex } from '../../../../src/use-cases/plan/plan-index.js';
import { requireVerified } from '../../../../src/use-cases/verify/require-verified.js';
import { verifyVersion } from '../../../../src/use-cases/verify/verify-version.js';
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
    expect(priced.reasons).toContain("OpenAI's list price: 0.02 USD per million tokens (seen 2026-05)");
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

describe('createVersion() after a failed build', () => {
  /** A build whose key expires half way, as the workflow leaves it. */
  async function failedHalfWay() {
    const world = await corpus(40);
    const { index, number } = await create(world);
    world.embedder.behave = (texts, vectors) => {
      if (texts.some((text) => text.includes('subject 3'))) throw new LifecycleError('AUTH_FAILED', 'refused');
      return vectors;
    };
    const { writer } = await beginCatchUp(world.ports, { index, number });
    const halves = [
      { from: 0, to: 3 },
      { from: 3, to: 40 },
    ] as const;
    await applySlice(world.ports, { key: { index, number }, writer, slice: halves[0] });
    await advanceWatermark(world.ports, { key: { index, number }, writer, to: 3 });
    await expect(applySlice(world.ports, { key: { index, number }, writer, slice: halves[1] })).rejects.toMatchObject({
      code: 'AUTH_FAILED',
    });
    await world.ports.registry.transition({ index, number }, { from: ['building'], to: 'failed', actor: 'test' });
    world.embedder.behave = (_, vectors) => vectors;
    return { world, key: { index, number } };
  }

  test('goes on with the failed version from its watermark and embeds only what is missing', async () => {
    const { world, key } = await failedHalfWay();
    const before = new Set(world.embedder.embedded);
    const resumed = await create(world);
    expect(resumed).toMatchObject({ number: 1, state: 'building', watermark: 3 });
    expect((await world.ports.registry.index(key.index))?.candidate).toBe(1);
    const from = world.embedder.embedded.length;
    await catchUp(world, key);
    const again = world.embedder.embedded.slice(from).filter((text) => !isProbe(text));
    expect(again.filter((text) => before.has(text))).toEqual([]);
    expect(await verifyVersion(world.ports, key, { mode: 'full' })).toMatchObject({ ok: true, expected: 80 });
  });

  test('begins anew when its collection is gone', async () => {
    const { world } = await failedHalfWay();
    await world.ports.vectors.deleteCollection(collectionName('docs_v1'));
    expect(await create(world)).toMatchObject({ number: 2, state: 'building', watermark: 0 });
  });

  test('begins anew when a limit was raised, for the old one is frozen with the version', async () => {
    const { world } = await failedHalfWay();
    const limits = { ...world.spec.limits, maxQuarantineShare: 0.5 };
    expect(await create({ ...world, spec: { ...world.spec, limits } })).toMatchObject({ number: 2 });
  });

  test('begins anew after a verification found points missing', async () => {
    const world = await corpus(5);
    const key = await create(world);
    await catchUp(world, key);
    await world.ports.vectors.deleteStale(key.collection, [{ docId: docId('d1'), below: 1_000 }]);
    await expect(requireVerified(world.ports, key, { mode: 'full' })).rejects.toMatchObject({ code: 'VERIFY_FAILED' });
    await world.ports.registry.transition(key, { from: ['building'], to: 'failed', actor: 'test' });
    expect(await create(world)).toMatchObject({ number: 2 });
  });
});

const isProbe = (text: string): boolean => PROBE_TEXTS.includes(text);
