import { describe, expect, test } from 'vitest';
import { docId } from '../../../../src/domain/ids.js';
import type { StoredPoint } from '../../../../src/ports/vector-store.js';
import { requireVerified } from '../../../../src/use-cases/verify/require-verified.js';
import { verifyVersion } from '../../../../src/use-cases/verify/verify-version.js';
import {
  catchUp,
  create,
  DIMENSIONS,
  openWorld,
  pointsOf,
  put,
  scan,
  type World,
} from '../../../support/catch-up-world.js';

async function built(count = 40) {
  const world = await openWorld();
  put(
    world,
    Object.fromEntries(Array.from({ length: count }, (_, n) => [`d${n}`, `subject ${n}\nbody of number ${n}`])),
  );
  await scan(world);
  const { index, number } = await create(world);
  const key = { index, number };
  await catchUp(world, key);
  const version = (await world.ports.registry.version(key))!;
  const verify = (options: object = {}) => verifyVersion(world.ports, key, { mode: 'full', ...options });
  const rewrite = (point: StoredPoint, change: object = {}) =>
    world.ports.vectors.upsert(version.collection, {
      vectorName: version.vectorName,
      points: [{ id: point.id, vector: point.vector!, payload: point.payload as never, ...change }],
      revisionAtMost: 1_000,
    });
  return { world, key, version, verify, rewrite };
}

const remove = (world: World, collection: never, id: string) =>
  world.ports.vectors.deleteStale(collection, [{ docId: docId(id), below: 1_000 }]);

describe('verifyVersion()', () => {
  test('finds a caught-up version sound, and every sampled point by its own vector', async () => {
    const { verify } = await built();
    expect(await verify()).toEqual({
      version: 1,
      expected: 80,
      found: 80,
      missing: 0,
      extra: 0,
      mismatched: 0,
      selfSearch: { sampled: 80, exact: 1, approximate: 1 },
      findings: [],
      ok: true,
      watermark: 40,
    });
  });

  test('counts points that are missing', async () => {
    const { world, version, verify } = await built();
    await remove(world, version.collection as never, 'd7');
    expect(await verify()).toMatchObject({
      ok: false,
      missing: 2,
      found: 78,
      findings: [{ kind: 'missing', docId: 'd7' }],
    });
  });

  test('counts points that are extra, of known documents and of unknown ones', async () => {
    const { world, key, verify, rewrite } = await built();
    const [point] = await pointsOf(world, key);
    await rewrite(point!, { id: '00000000-0000-5000-8000-000000000001' });
    await rewrite(point!, {
      id: '00000000-0000-5000-8000-000000000002',
      payload: { ...point!.payload, doc_id: 'stranger' },
    });
    const report = await verify();
    expect(report).toMatchObject({ ok: false, extra: 2, missing: 0 });
    expect(report.findings.map(({ docId: id }) => id)).toContain('stranger');
  });

  test('finds one altered character of a payload', async () => {
    const { world, key, verify, rewrite } = await built();
    const [point] = await pointsOf(world, key);
    await rewrite(point!, { payload: { ...point!.payload, text: `${String(point!.payload['text'])}.` } });
    expect(await verify()).toMatchObject({ ok: false, mismatched: 1, missing: 0, extra: 0 });
  });

  test('finds documents of the log that were never applied', async () => {
    const { world, key, verify } = await built();
    const ledger = Object.assign(Object.create(world.ports.ledger) as typeof world.ports.ledger, {
      disagreements: async () => [{ docId: docId('d3'), logRevision: 4 }],
    });
    const report = await verifyVersion({ ...world.ports, ledger }, key, { mode: 'full' });
    expect(report).toMatchObject({ ok: false, findings: [{ kind: 'not-applied', docId: 'd3' }] });
    expect((await verify()).ok).toBe(true);
  });

  test('does not pass an encoder that gives one vector for everything', async () => {
    const world = await openWorld();
    put(world, Object.fromEntries(Array.from({ length: 30 }, (_, n) => [`d${n}`, `text ${n}`])));
    await scan(world);
    world.embedder.behave = (_, vectors) => vectors.map(() => new Float32Array(DIMENSIONS).fill(0.25));
    const key = await create(world);
    await catchUp(world, key);
    const report = await verifyVersion(world.ports, key, { mode: 'full' });
    expect(report).toMatchObject({ ok: false, missing: 0, mismatched: 0, findings: [{ kind: 'shared-vector' }] });
    expect(report.findings[0]?.detail).toBe('one vector for 30 distinct texts');
  });

  test('flags two texts of the same words and passes: they rightly share a vector', async () => {
    const world = await openWorld();
    put(world, { a: 'wing and tail', b: 'tail and wing', c: 'something else' });
    await scan(world);
    const key = await create(world);
    await catchUp(world, key);
    const report = await verifyVersion(world.ports, key, { mode: 'full' });
    expect(report).toMatchObject({ ok: true, findings: [{ kind: 'shared-vector' }] });
  });

  test('ignores what differs only while a catch-up is half way', async () => {
    const { world, key, version, verify } = await built();
    put(world, { d5: 'rewritten entirely' });
    await scan(world);
    await remove(world, version.collection as never, 'd5');
    expect(await verify()).toMatchObject({ ok: true, missing: 0 });
    await catchUp(world, key);
    expect(await verify()).toMatchObject({ ok: true, expected: 79, watermark: 41 });
  });

  test('looks at changed documents only in a differential run', async () => {
    const { world, key, version, verify } = await built();
    put(world, { d1: 'changed', d2: 'changed too' });
    await scan(world);
    await catchUp(world, key);
    await remove(world, version.collection as never, 'd30');
    const since = { mode: 'difference', since: 40 };
    expect(await verify(since)).toMatchObject({ ok: true, expected: 2, found: 2, watermark: 42 });
    await remove(world, version.collection as never, 'd2');
    expect(await verify(since)).toMatchObject({ ok: false, missing: 1 });
  });

  test('finds a point that search does not find', async () => {
    const { world, key } = await built();
    const { vectors } = world.ports;
    const broken = Object.assign(Object.create(vectors) as typeof vectors, {
      queryBatch: async (...args: Parameters<typeof vectors.queryBatch>) =>
        (await vectors.queryBatch(...args)).map((hits, index) => (index === 0 ? [] : hits)),
    });
    const report = await verifyVersion({ ...world.ports, vectors: broken }, key, { mode: 'full' });
    expect(report.ok).toBe(false);
    expect(report.findings.some(({ kind }) => kind === 'self-search')).toBe(true);
    expect(report.selfSearch.exact).toBeLessThan(1);
  });

  test('refuses a collection of another installation', async () => {
    const { world, key } = await built(1);
    const registry = Object.assign(Object.create(world.ports.registry) as typeof world.ports.registry, {
      id: async () => 'somebody-else' as never,
    });
    const foreign = verifyVersion({ ...world.ports, registry }, key, { mode: 'full' });
    await expect(foreign).rejects.toMatchObject({ code: 'FOREIGN_COLLECTION' });
  });
});

describe('requireVerified()', () => {
  test('notes the revision a version was found sound at', async () => {
    const { world, key } = await built(3);
    await requireVerified(world.ports, key, { mode: 'full' });
    expect((await world.ports.registry.version(key))?.verifiedWatermark).toBe(3);
  });

  test('fails with the first findings and notes nothing', async () => {
    const { world, key, version } = await built(3);
    await remove(world, version.collection as never, 'd1');
    await expect(requireVerified(world.ports, key, { mode: 'full' })).rejects.toMatchObject({
      code: 'VERIFY_FAILED',
      message: expect.stringContaining('d1: missing, 2 points missing') as string,
    });
    expect((await world.ports.registry.version(key))?.verifiedWatermark).toBeUndefined();
  });
});

test('a full verification reads each point once, in pages, and no document by itself', async () => {
  const { world, key, verify } = await built(700);
  const { vectors } = world.ports;
  const asked: (object | undefined)[] = [];
  const scroll = vectors.scroll.bind(vectors);
  vectors.scroll = (collection, page) => {
    asked.push(page.filter);
    return scroll(collection, page);
  };
  expect(await verify()).toMatchObject({ ok: true, found: (await pointsOf(world, key)).length });
  expect(asked.slice(0, 6)).toEqual(Array.from({ length: 6 }, () => undefined));
  expect(asked.length).toBeLessThan(12);
});
