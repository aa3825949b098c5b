import { describe, expect, test } from 'vitest';
import { LifecycleError } from '../../../../src/domain/errors.js';
import { docId } from '../../../../src/domain/ids.js';
import { advanceWatermark } from '../../../../src/use-cases/catch-up/advance-watermark.js';
import { applySlice } from '../../../../src/use-cases/catch-up/apply-slice.js';
import { beginCatchUp } from '../../../../src/use-cases/catch-up/begin-catch-up.js';
import {
  catchUp,
  create,
  openWorld,
  pointsOf,
  put,
  scan,
  type Key,
  type World,
} from '../../../support/catch-up-world.js';

async function built(texts: Readonly<Record<string, string | undefined>>): Promise<{ world: World; key: Key }> {
  const world = await openWorld();
  put(world, texts);
  await scan(world);
  const key = await create(world);
  await catchUp(world, key);
  world.embedder.embedded.length = 0;
  return { world, key };
}

/** One attempt at everything above the watermark. */
async function attempt(world: World, key: Key, options: Parameters<typeof applySlice>[2] = {}) {
  const { writer, watermark } = await beginCatchUp(world.ports, key);
  const { head } = await world.ports.log.state(key.index);
  return applySlice(world.ports, { key, writer, slice: { from: watermark, to: head } }, options);
}

const textsOf = async (world: World, key: Key) =>
  (await pointsOf(world, key)).map(({ payload }) => `${String(payload['doc_id'])}: ${String(payload['text'])}`).sort();
const ledgerOf = async (world: World, key: Key, id: string) =>
  (await world.ports.ledger.entries(key, [docId(id)])).get(docId(id));

describe('applySlice()', () => {
  test('run twice embeds nothing and changes no point the second time', async () => {
    const { world, key } = await built({ a: 'one\ntwo', b: 'three' });
    const points = await pointsOf(world, key);
    const { writer } = await beginCatchUp(world.ports, key);
    const report = await applySlice(world.ports, { key, writer, slice: { from: 0, to: 2 } });
    expect(report).toEqual({ documents: 0, deleted: 0, quarantined: 0, chunks: 0, embedded: 0, cacheHits: 0, reused: 0, tokens: 0 }); // prettier-ignore
    expect(world.embedder.embedded).toEqual([]);
    expect(await pointsOf(world, key)).toEqual(points);
  });

  test('embeds only the paragraph that is new, and removes the one that is gone', async () => {
    const { world, key } = await built({ a: 'one\ntwo\nthree' });
    put(world, { a: 'new\none\nthree' });
    await scan(world);
    const report = await attempt(world, key);
    expect(report).toMatchObject({ documents: 1, chunks: 3, embedded: 1, reused: 2 });
    expect(world.embedder.embedded.filter((text) => !/[ ,]/.test(text))).toEqual(['new']);
    expect(await textsOf(world, key)).toEqual(['a: new', 'a: one', 'a: three']);
  });

  test('applies changed metadata without embedding', async () => {
    const { world, key } = await built({ a: 'one\ntwo' });
    world.source.documents.set('a', { text: 'one\ntwo', metadata: { lang: 'de' } });
    await scan(world);
    expect(await attempt(world, key)).toMatchObject({ documents: 1, embedded: 0, reused: 2 });
    expect(world.embedder.embedded).toEqual([]);
    expect((await pointsOf(world, key)).map(({ payload }) => payload['meta'])).toEqual([
      { lang: 'de' },
      { lang: 'de' },
    ]);
  });

  test('embeds a text once however often it stands in a batch, and takes it from the cache for the next version', async () => {
    const { world, key } = await built({ a: 'same', b: 'same', c: 'same\nsame' });
    expect(await pointsOf(world, key)).toHaveLength(4);
    expect((await world.ports.registry.version(key))?.totals).toMatchObject({ embedded: 1, tokens: 1 });
    await world.ports.registry.transition(key, { from: ['building'], to: 'cancelled', actor: 'test' });
    const next = await create(world);
    expect(await catchUp(world, next)).toMatchObject({ embedded: 0, cacheHits: 1, chunks: 4 });
  });

  test('keeps the last good chunks of a document that became unreadable or empty, and says why', async () => {
    const { world, key } = await built({ a: 'good', b: 'fine', c: 'third' });
    put(world, { a: undefined, b: ' ' });
    await scan(world);
    expect(await attempt(world, key)).toMatchObject({ quarantined: 2, documents: 0 });
    expect(await textsOf(world, key)).toEqual(['a: good', 'b: fine', 'c: third']);
    expect(await ledgerOf(world, key, 'a')).toMatchObject({
      quarantine: 'cannot be read',
      revision: 4,
      appliedRevision: 1,
    });
    expect(await ledgerOf(world, key, 'b')).toMatchObject({ quarantine: 'empty text', appliedRevision: 2 });
  });

  test('quarantines exactly the documents whose text the embedder refuses, named or found by halving', async () => {
    for (const named of [true, false]) {
      const world = await openWorld();
      put(world, { a: 'fine one', b: 'poison here', c: 'fine two', d: 'start\nmore poison', e: 'fine three' });
      await scan(world);
      const key = await create(world);
      world.embedder.behave = (texts, vectors) => {
        const indexes = texts.flatMap((text, index) => (text.includes('poison') ? [index] : []));
        if (indexes.length === 0) return vectors;
        throw new LifecycleError('EMBED_INPUT_REFUSED', 'too long', { facts: named ? { indexes } : {} });
      };
      expect(await catchUp(world, key)).toMatchObject({ documents: 3, quarantined: 2, embedded: 4 });
      expect(await textsOf(world, key)).toEqual(['a: fine one', 'c: fine two', 'e: fine three']);
      expect(await ledgerOf(world, key, 'd')).toMatchObject({ quarantine: 'too long', chunkCount: 0 });
    }
  });

  test.each([
    ['NaN', (vectors: readonly Float32Array[]) => vectors.map((vector) => vector.map(() => Number.NaN))],
    ['too few vectors', (vectors: readonly Float32Array[]) => vectors.slice(1)],
    ['vectors of another size', (vectors: readonly Float32Array[]) => vectors.map((vector) => vector.slice(1))],
    ['zero vectors', (vectors: readonly Float32Array[]) => vectors.map((vector) => vector.map(() => 0))],
  ])('stores and caches nothing of a reply with %s, and quarantines nobody for it', async (_, spoil) => {
    const world = await openWorld();
    put(world, { a: 'one', b: 'two' });
    await scan(world);
    const key = await create(world);
    world.embedder.behave = (texts, vectors) => (texts.includes('one') ? spoil(vectors) : vectors);
    await expect(catchUp(world, key)).rejects.toMatchObject({ code: 'EMBED_REPLY_INVALID' });
    expect(await pointsOf(world, key)).toEqual([]);
    expect(await world.ports.cache.stats()).toMatchObject({ entries: 0 });
    expect(await world.ports.ledger.totals(key)).toMatchObject({ quarantined: 0, chunks: 0 });
    world.embedder.behave = (__, vectors) => vectors;
    expect(await catchUp(world, key)).toMatchObject({ documents: 2 });
  });

  test('applies deletions and metadata while the encoder is gone, and leaves the watermark', async () => {
    const { world, key } = await built({ a: 'one', b: 'two', c: 'three' });
    world.source.documents.delete('a');
    world.source.documents.set('b', { text: 'two', metadata: { n: 1 } });
    put(world, { c: 'changed' });
    await scan(world);
    world.embedder.behave = () => {
      throw new LifecycleError('EMBED_UNAVAILABLE', 'down', { retryable: true });
    };
    await expect(attempt(world, key)).rejects.toMatchObject({ code: 'EMBED_UNAVAILABLE', retryable: true, facts: { stale: 1 } }); // prettier-ignore
    expect(await textsOf(world, key)).toEqual(['b: two', 'c: three']);
    expect(await ledgerOf(world, key, 'b')).toMatchObject({ revision: 4 });
    expect((await world.ports.registry.version(key))?.watermark).toBe(3);
  });

  test('embeds nothing with an encoder that gives other vectors than when the version was made', async () => {
    const { world, key } = await built({ a: 'one', b: 'two' });
    world.source.documents.delete('b');
    put(world, { c: 'new' });
    await scan(world);
    world.embedder.behave = (_, vectors) => vectors.map((vector) => vector.map((component) => component + 0.3));
    await expect(attempt(world, key)).rejects.toMatchObject({ code: 'ENCODER_CHANGED', retryable: false });
    expect(await textsOf(world, key)).toEqual(['a: one']);
    expect(world.embedder.embedded).not.toContain('new');
  });

  test('refuses a chunker that cuts differently now, and still deletes', async () => {
    const { world, key } = await built({ a: 'one', b: 'two' });
    world.source.documents.delete('b');
    put(world, { a: 'one\nmore' });
    await scan(world);
    world.chunker.algorithm = 2;
    const error: unknown = await attempt(world, key).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: 'CHUNKER_CHANGED',
      message: expect.stringContaining('algorithm 1 → 2') as string,
    });
    expect(await textsOf(world, key)).toEqual(['a: one']);
  });

  test('refuses to write a collection that another installation owns', async () => {
    const { world, key } = await built({ a: 'one' });
    const version = await world.ports.registry.version(key);
    const registry = Object.assign(Object.create(world.ports.registry) as typeof world.ports.registry, {
      id: async () => 'somebody-else' as never,
    });
    const foreign = applySlice({ ...world.ports, registry }, { key, writer: 1, slice: { from: 0, to: 1 } });
    await expect(foreign).rejects.toMatchObject({ code: 'FOREIGN_COLLECTION' });
    expect(version?.collection).toBe('docs_v1');
  });

  test('an attempt of a superseded writer writes nothing', async () => {
    const world = await openWorld();
    put(world, { a: 'one' });
    await scan(world);
    const key = await create(world);
    const old = await beginCatchUp(world.ports, key);
    await beginCatchUp(world.ports, key);
    const attempted = applySlice(world.ports, { key, writer: old.writer, slice: { from: 0, to: 1 } });
    await expect(attempted).rejects.toMatchObject({ code: 'STALE_WRITER' });
    expect(await pointsOf(world, key)).toEqual([]);
  });

  test('gives its lease back when the embedder fails, and leaves it to run out when a write went unanswered', async () => {
    const world = await openWorld();
    put(world, { a: 'one' });
    await scan(world);
    const key = await create(world);
    world.embedder.behave = () => {
      throw new LifecycleError('EMBED_UNAVAILABLE', 'down', { retryable: true });
    };
    await expect(attempt(world, key)).rejects.toMatchObject({ code: 'EMBED_UNAVAILABLE' });
    expect(await world.ports.fence.anyLease(key)).toBe(false);
    world.embedder.behave = (_, vectors) => vectors;
    const vectors = Object.assign(Object.create(world.ports.vectors) as typeof world.ports.vectors, {
      upsert: () => Promise.reject(new LifecycleError('VECTORS_UNAVAILABLE', 'no answer', { retryable: true })),
    });
    const failing = { ...world, ports: { ...world.ports, vectors } };
    await expect(attempt(failing, key)).rejects.toMatchObject({ code: 'VECTORS_UNAVAILABLE' });
    expect(await world.ports.fence.anyLease(key)).toBe(true);
  });

  test('stops when it is cancelled, and the next attempt does the rest', async () => {
    const world = await openWorld();
    put(world, Object.fromEntries(Array.from({ length: 600 }, (_, n) => [`d${n}`, `text ${n}`])));
    await scan(world);
    const key = await create(world);
    const controller = new AbortController();
    const cancelled = attempt(world, key, {
      signal: controller.signal,
      onProgress: () => controller.abort(new Error('enough')),
    });
    await expect(cancelled).rejects.toThrow('enough');
    const { documents } = await world.ports.ledger.totals(key);
    expect(documents).toBeGreaterThan(0);
    expect(documents).toBeLessThan(600);
    world.clock.now += 16_000;
    expect((await catchUp(world, key)).documents).toBe(600 - documents);
  });

  test('writes a document of thousands of chunks in bounded requests', async () => {
    const world = await openWorld();
    put(world, { big: Array.from({ length: 3_000 }, (_, n) => `paragraph ${n}`).join('\n'), small: 'one' });
    await scan(world);
    const key = await create(world);
    const sizes: number[] = [];
    const vectors = Object.assign(Object.create(world.ports.vectors) as typeof world.ports.vectors, {
      upsert: ((collection, batch) => {
        sizes.push(batch.points.length);
        return world.ports.vectors.upsert(collection, batch);
      }) satisfies typeof world.ports.vectors.upsert,
    });
    await catchUp({ ...world, ports: { ...world.ports, vectors } }, key);
    expect(Math.max(...sizes)).toBe(256);
    expect(await pointsOf(world, key)).toHaveLength(3_001);
  });
});

describe('advanceWatermark()', () => {
  test('sweeps what a superseded attempt wrote after its successor was done', async () => {
    const { world, key } = await built({ a: 'old\nshared' });
    const before = await pointsOf(world, key);
    put(world, { a: 'dropped\nshared' });
    await scan(world);
    const { writer } = await beginCatchUp(world.ports, key);
    const { collection, vectorName } = (await world.ports.registry.version(key))!;
    // An attempt that holds a lease, and is frozen before its upsert leaves.
    await world.ports.fence.acquire({ ...key, from: 1, to: 2, writer }, 15_000);
    put(world, { a: 'new\nshared' });
    await scan(world);
    world.clock.now += 16_000;
    const next = await beginCatchUp(world.ports, key);
    await applySlice(world.ports, { key, writer: next.writer, slice: { from: 1, to: 3 } });
    const late = before.map((point) => ({
      ...point,
      vector: point.vector!,
      payload: { ...point.payload, rev: 2 } as never,
    }));
    await world.ports.vectors.upsert(collection, { vectorName, points: late, revisionAtMost: 2 });
    expect(await textsOf(world, key)).toEqual(['a: new', 'a: old', 'a: shared']);
    await advanceWatermark(world.ports, { key, writer: next.writer, to: 3 });
    expect(await textsOf(world, key)).toEqual(['a: new', 'a: shared']);
  });

  test('is to be tried again later while a flip keeps the watermark where it is', async () => {
    // The workflow asked again at once, as long as the flip was open: hundreds of activities that all were refused.
    const { world, key } = await built({ a: 'one' });
    const { writer } = await beginCatchUp(world.ports, key);
    const fence = Object.create(world.ports.fence, { advanceWatermark: { value: () => Promise.resolve(1) } }) as never;
    await expect(advanceWatermark({ ...world.ports, fence }, { key, writer, to: 2 })).rejects.toMatchObject({
      code: 'SWITCH_OPEN',
      retryable: true,
      facts: { watermark: 1, to: 2 },
    });
  });

  test('stops a build that quarantines more than allowed, and lets skipped empty documents be', async () => {
    const limits = { maxDocumentBytes: 1_000, deleteAfterMisses: 1, maxDeleteShare: 1, maxQuarantineShare: 0.25 };
    const world = await openWorld({ limits });
    put(world, { a: 'one', b: ' ', c: '', d: undefined, e: 'five' });
    await scan(world);
    const key = await create(world);
    expect(await catchUp(world, key)).toMatchObject({ quarantined: 3 });
    put(world, { e: undefined });
    await scan(world);
    await expect(catchUp(world, key)).rejects.toMatchObject({
      code: 'QUARANTINE_LIMIT',
      message: expect.stringContaining('2 of 5 documents') as string,
    });
  });
});
