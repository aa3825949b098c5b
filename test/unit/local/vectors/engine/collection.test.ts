import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { matchesFilter, spread } from '../../../../../src/domain/filter/matches-filter.js';
import { parseFilter } from '../../../../../src/domain/filter/parse-filter.js';
import { valuesAt } from '../../../../../src/domain/filter/payload-path.js';
import type { JsonObject } from '../../../../../src/domain/json.js';
import { Collection } from '../../../../../src/local/vectors/engine/collection.js';
import type { CollectionRecord } from '../../../../../src/local/vectors/engine/collection-record.js';
import { pageOf } from '../../../../../src/local/vectors/engine/scroll.js';
import { searchTop } from '../../../../../src/local/vectors/engine/search.js';
import { narrow, selectSlots } from '../../../../../src/local/vectors/engine/select.js';
import { deletePoints, upsertPoints, writePayload } from '../../../../../src/local/vectors/engine/write-points.js';
import type { PointInput } from '../../../../../src/local/vectors/engine/write-points.js';
import { mergePayload } from '../../../../../src/local/vectors/json/payload-text.js';

const RECORD: CollectionRecord = {
  folder: 'c',
  vectors: [['e', { size: 2, distance: 'Dot' }]],
  vectorsConfig: {},
  sections: {},
  metadata: {},
  indexes: [
    ['doc', 'keyword'],
    ['rev', 'integer'],
  ],
};

const pointInput = (id: number, n: number, payload: JsonObject): PointInput => ({
  id,
  vectors: new Map([['e', Float32Array.of(n, 1)]]),
  content: { payload: JSON.stringify(payload) },
  payloadValue: payload,
});

const doc = (n: number): string => `doc-${n}`;

const write = fc.oneof(
  fc.record({
    kind: fc.constant('upsert' as const),
    ids: fc.array(fc.nat(30), { minLength: 1, maxLength: 6 }),
    doc: fc.nat(5),
    rev: fc.nat(20),
  }),
  fc.record({ kind: fc.constant('delete' as const), doc: fc.nat(5), rev: fc.nat(20) }),
  fc.record({ kind: fc.constant('payload' as const), id: fc.nat(30), doc: fc.nat(5) }),
  fc.record({ kind: fc.constant('reopen' as const) }),
);

const staleFilter = (n: number, below: number): JsonObject => ({
  should: [
    {
      must: [
        { key: 'doc', match: { value: doc(n) } },
        { key: 'rev', range: { lt: below } },
      ],
    },
    {
      must: [{ key: 'doc', match: { any: [doc(n + 1), doc(n + 2)] } }],
      must_not: [{ key: 'rev', range: { gte: below } }],
    },
  ],
});

describe('Collection', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cutover-collection-'));
  });
  afterEach(async () => {
    await rm(folder, { recursive: true });
  });

  const put = (collection: Collection, points: readonly { id: number; n: number; payload: JsonObject }[]) =>
    upsertPoints(collection, {
      mode: 'upsert',
      points: points.map(({ id, n, payload }) => pointInput(id, n, payload)),
    });

  test('agrees with a plain map after any writes and restarts, through indexes and by scan', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(write, { maxLength: 25 }), async (writes) => {
        await rm(join(folder, 'c'), { recursive: true, force: true });
        let collection = await Collection.open(join(folder, 'c'), RECORD);
        const model = new Map<number, JsonObject>();
        for (const one of writes) {
          if (one.kind === 'upsert') {
            const guard = parseFilter({ must: [{ key: 'rev', range: { lte: one.rev } }] });
            const payload = { doc: doc(one.doc), rev: one.rev };
            const points = one.ids.map((id) => pointInput(id, id, payload));
            await upsertPoints(collection, { mode: 'upsert', points, updateFilter: guard });
            for (const id of one.ids) {
              const there = model.get(id);
              if (there === undefined || (there.rev as number) <= one.rev) model.set(id, payload);
            }
          } else if (one.kind === 'delete') {
            const filter = parseFilter(staleFilter(one.doc, one.rev));
            await deletePoints(collection, { filter });
            for (const [id, payload] of model) if (matchesPlain(filter, id, payload)) model.delete(id);
          } else if (one.kind === 'payload') {
            const known = model.get(one.id);
            const change = writePayload(collection, { ids: [one.id] }, (before) =>
              mergePayload(before, JSON.stringify({ doc: doc(one.doc) })),
            );
            if (known === undefined) await expect(change).rejects.toThrow(`No point with id ${one.id}`);
            else await change.then(() => model.set(one.id, { ...known, doc: doc(one.doc) }));
          } else {
            await collection.close();
            collection = await Collection.open(join(folder, 'c'), RECORD);
          }
        }
        await expectEqual(collection, model);
        await collection.close();
      }),
      { numRuns: 60 },
    );
  });

  test('a rewrite of the log loses nothing while writes and reads go on, and leaves one small log', async () => {
    let collection = await Collection.open(join(folder, 'c'), RECORD, { fromBytes: 20_000, ratio: 1.5 });
    const model = new Map<number, JsonObject>();
    let writing = true;
    const reader = async (): Promise<void> => {
      while (writing) {
        await collection.readers.during(async () => {
          const column = collection.table.columns.get('e')!;
          const hits = await searchTop(
            collection.table,
            { column, vector: Float32Array.of(1, 0), withVectors: true },
            20,
          );
          for (const hit of hits) {
            // Vector, score and payload of one hit belong together, whatever was written meanwhile.
            const { n } = JSON.parse(hit.place.log.read(hit.place.offset, hit.place.length).toString()) as {
              n: number;
            };
            expect([hit.score, hit.vectors?.get('e')?.[0]]).toEqual([n, n]);
          }
        });
        await new Promise(setImmediate);
      }
    };
    const readers = [reader(), reader()];
    let n = 0;
    for (let round = 0; round < 150; round += 1) {
      const ids = Array.from({ length: 20 }, (_, i) => (round * 7 + i * 3) % 200);
      const points = ids.map((id) => ({
        id,
        n: (n += 1),
        payload: { doc: doc(id % 5), rev: round, n, pad: 'x'.repeat(100) },
      }));
      await put(collection, points);
      for (const point of points) model.set(point.id, point.payload);
      if (round % 5 === 0) {
        await deletePoints(collection, { ids: [ids[0]!, ids[1]!] });
        model.delete(ids[0]!);
        model.delete(ids[1]!);
      }
      await collection.log.durable();
    }
    writing = false;
    await Promise.all(readers);
    expect(collection.generation).toBeGreaterThan(2);
    expect(collection.compactor.lastFailure).toBeUndefined();
    await expectEqual(collection, model);
    await collection.close();
    collection = await Collection.open(join(folder, 'c'), RECORD);
    await expectEqual(collection, model);
    expect(await readdir(join(folder, 'c'))).toHaveLength(1);
    await collection.close();
  });

  const matchesPlain = (filter: ReturnType<typeof parseFilter>, id: number, payload: JsonObject): boolean =>
    matchesFilter(filter, {
      id,
      values: (field) => valuesAt(payload, field.path),
      scalars: (field) => spread(valuesAt(payload, field.path)),
    });

  async function expectEqual({ table }: Collection, model: ReadonlyMap<number, JsonObject>): Promise<void> {
    const ordered = [...model.keys()].sort((a, b) => a - b);
    expect((await pageOf(table, { limit: 1000, filter: undefined })).ids).toEqual(ordered);
    expect(ordered.map((id) => table.payloadAt(table.slotOf(id)!))).toEqual(ordered.map((id) => model.get(id)));
    for (const wanted of [
      staleFilter(1, 10),
      staleFilter(3, 5),
      { must: [{ key: 'doc', match: { value: doc(2) } }] },
    ]) {
      const filter = parseFilter(wanted);
      const expected = ordered.filter((id) => matchesPlain(filter, id, model.get(id)!));
      const found = (slots: readonly number[] | undefined) =>
        slots?.map((slot) => table.idAt(slot)).sort((a, b) => Number(a) - Number(b));
      expect(found(narrow(table, filter))).toEqual(expected);
      // Twice negated, no index helps: the scan must say the same.
      const scanned = parseFilter({ must_not: [{ must_not: [wanted] }] });
      expect(narrow(table, scanned)).toBeUndefined();
      expect(found(await selectSlots(table, scanned))).toEqual(expected);
      expect((await pageOf(table, { limit: 1000, filter: scanned })).ids).toEqual(expected);
    }
  }
});
