import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { aliasName, chunkId, collectionName, docId, vectorName } from '../../src/domain/ids.js';
import type { CollectionName } from '../../src/domain/ids.js';
import type { Distance } from '../../src/domain/version/identity.js';
import type { ChunkPayload } from '../../src/domain/chunk/payload.js';
import type { CollectionSpec, Point, VectorFilter, VectorStore } from '../../src/ports/vector-store.js';

const RUN = Math.random().toString(36).slice(2, 8);
const VECTOR = vectorName('e-0123456789ab');

/** Ids in the order of `n`. */
const id = (n: number) => chunkId(`00000000-0000-5000-8000-${String(n).padStart(12, '0')}`);

const spec = (name: string, change: Partial<CollectionSpec> = {}): CollectionSpec => ({
  name: collectionName(`${name}_${RUN}`),
  vectorName: VECTOR,
  dimensions: 4,
  distance: 'Cosine',
  onDisk: false,
  quantization: 'none',
  metadata: { registry_id: RUN, index: name, version: 1, embedder: 'e', chunker: 'c', schema: 's' },
  payloadIndexes: [
    { field: 'doc_id', type: 'keyword' },
    { field: 'rev', type: 'integer' },
  ],
  ...change,
});

const point = (
  n: number,
  doc: string,
  given: { readonly vector?: readonly number[]; readonly rev?: number; readonly more?: object } = {},
): Point => ({
  id: id(n),
  vector: Float32Array.from(given.vector ?? [1, n, 0, 0]),
  payload: {
    doc_id: doc,
    chunk: n,
    rev: given.rev ?? 1,
    start: 0,
    end: 5,
    text: `text ${n}`,
    content_hash: `h${n}`,
    ...given.more,
  } as ChunkPayload,
});

const codeOf = async (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'no error',
    (error: { code?: string }) => error.code ?? String(error),
  );

/** What every `VectorStore` promises. `open` gets called once; the suite uses names of its own. */
export function describeVectorStore(name: string, open: () => VectorStore | Promise<VectorStore>): void {
  describe(`VectorStore: ${name}`, () => {
    let store: VectorStore;
    const made: CollectionName[] = [];

    const filled = async (label: string, points: readonly Point[], change: Partial<CollectionSpec> = {}) => {
      const made = await fresh(label, change);
      await store.upsert(made, { vectorName: VECTOR, points, revisionAtMost: 1000 });
      return made;
    };
    const fresh = async (label: string, change: Partial<CollectionSpec> = {}): Promise<CollectionName> => {
      const wanted = spec(label, change);
      await store.createCollection(wanted);
      made.push(wanted.name);
      return wanted.name;
    };
    const idsIn = async (collection: CollectionName, filter?: VectorFilter): Promise<number[]> => {
      const page = await store.scroll(collection, { limit: 100, payload: ['chunk'], ...(filter ? { filter } : {}) });
      return page.points.map(({ payload }) => payload.chunk as number);
    };

    beforeAll(async () => {
      store = await open();
    });

    afterAll(async () => {
      // Aliases of earlier tests would keep their collections: each gets a home that goes last.
      const last = await fresh('last');
      for (const { alias } of await store.listAliases()) if (alias.endsWith(RUN)) await store.pointAlias(alias, last);
      for (const collection of made) if (collection !== last) await store.deleteCollection(collection);
      await store.close();
    });

    test('describe() names the store and its version', async () => {
      const { title, version } = await store.describe();
      expect(title).not.toBe('');
      expect(version).toMatch(/^\d/);
    });

    describe('collections', () => {
      test('a new one shows its metadata, its vector and its payload indexes', async () => {
        const collection = await fresh('shows');
        expect(await store.collection(collection)).toMatchObject({
          name: collection,
          metadata: spec('shows').metadata,
          vectors: { [VECTOR]: { dimensions: 4, distance: 'Cosine' } },
          payloadIndexes: spec('shows').payloadIndexes,
          status: 'green',
          settled: true,
        });
        expect(await store.listCollections()).toContain(collection);
      });

      test('creating one again changes nothing', async () => {
        const collection = await filled('again', [point(1, 'a')]);
        await store.createCollection(spec('again'));
        expect(await store.count(collection)).toBe(1);
      });

      test.each<[string, Partial<CollectionSpec>]>([
        ['another registry', { metadata: { ...spec('taken').metadata, registry_id: 'another' } }],
        ['another version', { metadata: { ...spec('taken').metadata, version: 2 } }],
        ['another vector name', { vectorName: vectorName('e-other') }],
        ['another size', { dimensions: 8 }],
        ['another distance', { distance: 'Dot' }],
      ])('creating one again with %s is COLLECTION_CONFLICT', async (_, change) => {
        if (!made.includes(spec('taken').name)) await fresh('taken');
        expect(await codeOf(store.createCollection(spec('taken', change)))).toBe('COLLECTION_CONFLICT');
      });

      test('one that was never made is not found, and deleting it says so', async () => {
        const nowhere = collectionName(`nowhere_${RUN}`);
        expect(await store.collection(nowhere)).toBeUndefined();
        expect(await store.deleteCollection(nowhere)).toBe(false);
        expect(await codeOf(store.count(nowhere))).toBe('NOT_FOUND');
        expect(await codeOf(store.query(nowhere, { vectorName: VECTOR, vector: [1, 0, 0, 0], limit: 1 }))).toBe(
          'NOT_FOUND',
        );
      });

      test('deleting one takes its points along', async () => {
        const collection = await filled('gone', [point(1, 'a')]);
        expect(await store.deleteCollection(collection)).toBe(true);
        expect(await store.listCollections()).not.toContain(collection);
        await store.createCollection(spec('gone'));
        expect(await store.count(collection)).toBe(0);
      });
    });

    describe('aliases', () => {
      test('pointing creates, points again, and repoints', async () => {
        const [v1, v2] = [await filled('flip-1', [point(1, 'a')]), await filled('flip-2', [point(2, 'b')])];
        const alias = aliasName(`flip_${RUN}`);
        expect(await store.resolveAlias(alias)).toBeUndefined();
        for (const target of [v1, v1, v2]) {
          await store.pointAlias(alias, target);
          expect(await store.resolveAlias(alias)).toBe(target);
        }
        expect(await store.listAliases()).toContainEqual({ alias, collection: v2 });
        const hits = await store.query(alias, { vectorName: VECTOR, vector: [1, 0, 0, 0], limit: 5 });
        expect(hits.map((hit) => hit.id)).toEqual([id(2)]);
      });

      test('an alias is no collection', async () => {
        const alias = aliasName(`alias-only_${RUN}`);
        await store.pointAlias(alias, await fresh('behind'));
        expect(await store.collection(collectionName(alias))).toBeUndefined();
        expect(await store.listCollections()).not.toContain(alias);
        expect(await store.deleteCollection(collectionName(alias))).toBe(false);
        expect(await codeOf(store.createCollection({ ...spec('x'), name: collectionName(alias) }))).toBe(
          'COLLECTION_CONFLICT',
        );
      });

      test('an alias needs a collection, and a name that no collection has', async () => {
        const collection = await fresh('named');
        expect(await codeOf(store.pointAlias(aliasName(`a_${RUN}`), collectionName(`missing_${RUN}`)))).toBe(
          'NOT_FOUND',
        );
        expect(await codeOf(store.pointAlias(aliasName(collection), collection))).toBe('COLLECTION_CONFLICT');
      });

      test('a collection that an alias serves is not deleted', async () => {
        const collection = await filled('served', [point(1, 'a')]);
        await store.pointAlias(aliasName(`serves_${RUN}`), collection);
        expect(await codeOf(store.deleteCollection(collection))).toBe('COLLECTION_CONFLICT');
        expect(await store.count(collection)).toBe(1);
      });

      test('queries through an alias that moves never fail and never mix', async () => {
        const versions = [
          await filled('mix-1', [point(1, 'v1'), point(2, 'v1'), point(3, 'v1')]),
          await filled('mix-2', [point(1, 'v2'), point(2, 'v2'), point(3, 'v2')]),
        ] as const;
        const alias = aliasName(`mix_${RUN}`);
        await store.pointAlias(alias, versions[0]);
        let flipping = true;
        const query = { vectorName: VECTOR, vector: [1, 1, 0, 0], limit: 3 };
        const seen = new Set<unknown>();
        const search = async (): Promise<void> => {
          while (flipping) {
            const batch = await store.queryBatch(alias, [query, query, query]);
            const docs = new Set(batch.flat().map(({ payload }) => payload.doc_id));
            expect(docs.size).toBe(1);
            expect(batch.flat()).toHaveLength(9);
            docs.forEach((doc) => seen.add(doc));
            await new Promise(setImmediate);
          }
        };
        const clients = [search(), search(), search(), search()];
        for (let i = 1; i <= 100; i += 1) await store.pointAlias(alias, versions[i % 2] as CollectionName);
        flipping = false;
        await Promise.all(clients);
        expect(seen.size).toBeGreaterThan(0);
      });
    });

    describe('points', () => {
      test('what was written is read back, Cosine vectors at length 1', async () => {
        const collection = await filled('read', [
          point(1, 'a', { vector: [3, 4, 0, 0], more: { meta: { lang: 'de' } } }),
        ]);
        const [read] = await store.retrieve(collection, [id(1)], { vectorName: VECTOR, payload: true });
        expect(read?.payload).toEqual({ ...point(1, 'a').payload, meta: { lang: 'de' } });
        expect(read?.vector).toBeInstanceOf(Float32Array);
        expect([...(read?.vector ?? [])].map((x) => Number(x.toFixed(6)))).toEqual([0.6, 0.8, 0, 0]);
      });

      test('retrieve() leaves out what is not there and what was not asked for', async () => {
        const collection = await filled('some', [point(1, 'a'), point(2, 'a')]);
        const read = await store.retrieve(collection, [id(9), id(2)], { payload: false });
        expect(read).toEqual([{ id: id(2), payload: {} }]);
        expect(await store.retrieve(collection, [], { payload: true })).toEqual([]);
      });

      test('the same id again replaces vector and payload', async () => {
        const collection = await filled('replace', [point(1, 'a', { vector: [1, 0, 0, 0] })]);
        await store.upsert(collection, {
          vectorName: VECTOR,
          points: [point(1, 'b', { vector: [0, 1, 0, 0], rev: 2 })],
          revisionAtMost: 2,
        });
        const [hit, ...others] = await store.query(collection, { vectorName: VECTOR, vector: [0, 1, 0, 0], limit: 5 });
        expect(others).toEqual([]);
        expect(hit?.score).toBeCloseTo(1, 6);
        expect(hit?.payload.doc_id).toBe('b');
      });

      test('a batch with a lower revision leaves newer points alone and still inserts new ones', async () => {
        const collection = await filled('guard', [point(1, 'a', { rev: 5 }), point(2, 'a', { rev: 3 })]);
        await store.upsert(collection, {
          vectorName: VECTOR,
          points: [1, 2, 3].map((n) => point(n, 'late', { rev: 4 })),
          revisionAtMost: 4,
        });
        const { points } = await store.scroll(collection, { limit: 10, payload: ['rev', 'doc_id'] });
        expect(points.map(({ payload }) => payload)).toEqual([
          { rev: 5, doc_id: 'a' },
          { rev: 4, doc_id: 'late' },
          { rev: 4, doc_id: 'late' },
        ]);
      });

      test("deleteStale() deletes below each document's own revision, and nothing else", async () => {
        const collection = await filled('stale', [
          point(1, 'a', { rev: 1 }),
          point(2, 'a', { rev: 2 }),
          point(3, 'b', { rev: 2 }),
          point(4, 'b', { rev: 3 }),
          point(5, 'c', { rev: 1 }),
        ]);
        const stale = [
          { docId: docId('a'), below: 2 },
          { docId: docId('b'), below: 3 },
          { docId: docId('unknown'), below: 9 },
        ];
        await store.deleteStale(collection, stale);
        await store.deleteStale(collection, stale);
        await store.deleteStale(collection, []);
        expect(await idsIn(collection)).toEqual([2, 4, 5]);
      });

      test.each<[string, string, number[]]>([
        ['a vector name it has not', 'e-other', [1, 0, 0, 0]],
        ['too few components', VECTOR, [1, 0, 0]],
        ['a component that is not a number', VECTOR, [1, 0, NaN, 0]],
        ['a component beyond all bounds', VECTOR, [1, 0, Infinity, 0]],
      ])('a batch with %s is VECTORS_REFUSED', async (_, using, vector) => {
        if (!made.includes(spec('refuses').name)) await fresh('refuses');
        const { name: collection } = spec('refuses');
        const points = [point(1, 'a', { vector })];
        const write = store.upsert(collection, { vectorName: vectorName(using), points, revisionAtMost: 1 });
        expect(await codeOf(write)).toBe('VECTORS_REFUSED');
        expect(await codeOf(store.query(collection, { vectorName: vectorName(using), vector, limit: 1 }))).toBe(
          'VECTORS_REFUSED',
        );
        expect(await store.count(collection)).toBe(0);
      });

      test('a call whose caller has given up is CANCELLED and changes nothing', async () => {
        const collection = await fresh('cancelled');
        const signal = AbortSignal.abort();
        const batch = { vectorName: VECTOR, points: [point(1, 'a')], revisionAtMost: 1 };
        expect(await codeOf(store.upsert(collection, batch, { signal }))).toBe('CANCELLED');
        expect(await store.count(collection)).toBe(0);
      });
    });

    describe('scroll', () => {
      test('pages cover everything once, in id order', async () => {
        const numbers = [5, 3, 9, 1, 7, 2, 8];
        const collection = await filled(
          'pages',
          numbers.map((n) => point(n, 'a')),
        );
        const seen: unknown[] = [];
        let after: Parameters<VectorStore['scroll']>[1]['after'];
        for (let pages = 0; pages < 10; pages += 1) {
          const page = await store.scroll(collection, { limit: 3, payload: false, ...(after ? { after } : {}) });
          seen.push(...page.points.map((one) => one.id));
          after = page.next;
          if (after === undefined) break;
        }
        expect(seen).toEqual([...numbers].sort((a, b) => a - b).map(id));
      });

      test('a last page that is just full has no next', async () => {
        const collection = await filled(
          'full',
          [1, 2, 3, 4].map((n) => point(n, 'a')),
        );
        const first = await store.scroll(collection, { limit: 2, payload: false });
        expect(first.next).toBe(id(2));
        const last = await store.scroll(collection, { limit: 2, payload: false, after: id(2) });
        expect(last.points.map((one) => one.id)).toEqual([id(3), id(4)]);
        expect(last.next).toBeUndefined();
      });

      test('an id that is gone still marks the place', async () => {
        const collection = await filled(
          'marks',
          [1, 3, 5].map((n) => point(n, 'a')),
        );
        const page = await store.scroll(collection, { limit: 1, payload: false, after: id(2) });
        expect(page.points.map((one) => one.id)).toEqual([id(3)]);
        expect(page.next).toBe(id(3));
      });

      test('vectors and chosen fields come along when asked for', async () => {
        const collection = await filled('along', [point(1, 'a', { vector: [2, 0, 0, 0] })]);
        const page = await store.scroll(collection, { limit: 1, payload: ['doc_id'], vectorName: VECTOR });
        expect(page.points).toEqual([{ id: id(1), payload: { doc_id: 'a' }, vector: Float32Array.of(1, 0, 0, 0) }]);
      });
    });

    describe('filters', () => {
      const points = [
        point(1, 'a', { more: { lang: 'de', tags: ['x', 'y'], year: 2001, meta: { kind: 'spec' } } }),
        point(2, 'a', { more: { lang: 'en', tags: [], year: 2002.5, ok: true } }),
        point(3, 'b', { more: { lang: null, tags: ['y'], year: 2003, ok: false } }),
        point(4, 'c', { more: { items: [{ sku: 's1' }, { sku: 's2' }], meta: { kind: 'note' } } }),
      ];

      test.each<[string, VectorFilter, number[]]>([
        ['match an indexed keyword', { must: [{ key: 'doc_id', match: { value: 'a' } }] }, [1, 2]],
        ['match any of several', { must: [{ key: 'doc_id', match: { any: ['a', 'c', 'z'] } }] }, [1, 2, 4]],
        ['match an integer', { must: [{ key: 'year', match: { value: 2003 } }] }, [3]],
        ['match a boolean', { must: [{ key: 'ok', match: { value: false } }] }, [3]],
        ['match one element of an array', { must: [{ key: 'tags', match: { value: 'y' } }] }, [1, 3]],
        ['match a nested field', { must: [{ key: 'meta.kind', match: { value: 'note' } }] }, [4]],
        ['match inside an array of objects', { must: [{ key: 'items[].sku', match: { value: 's2' } }] }, [4]],
        ['a string is no number', { must: [{ key: 'year', match: { value: '2003' } }] }, []],
        ['except leaves absent and null out', { must: [{ key: 'lang', match: { except: ['en'] } }] }, [1]],
        ['range', { must: [{ key: 'year', range: { gt: 2001, lte: 2003 } }] }, [2, 3]],
        ['range without bounds wants a number', { must: [{ key: 'year', range: {} }] }, [1, 2, 3]],
        ['is_empty: absent, null or no element', { must: [{ is_empty: { key: 'tags' } }] }, [2, 4]],
        ['is_null', { must: [{ is_null: { key: 'lang' } }] }, [3]],
        ['has_id', { must: [{ has_id: [id(2), id(4), id(9)] }] }, [2, 4]],
        ['must_not', { must_not: [{ key: 'doc_id', match: { value: 'a' } }] }, [3, 4]],
        ['should', { should: [{ key: 'lang', match: { value: 'de' } }, { has_id: [id(4)] }] }, [1, 4]],
        [
          'all together, nested',
          {
            must: [
              {
                should: [{ must: [{ key: 'doc_id', match: { value: 'a' } }] }, { key: 'ok', match: { value: false } }],
              },
            ],
            must_not: [{ is_empty: { key: 'tags' } }],
          },
          [1, 3],
        ],
        ['one condition in place of a list', { must: { key: 'doc_id', match: { value: 'b' } } }, [3]],
        ['an empty filter', {}, [1, 2, 3, 4]],
      ])('%s', async (_, filter, expected) => {
        const { name: collection } = spec('filters');
        if (!made.includes(collection)) await filled('filters', points);
        expect(await idsIn(collection, filter)).toEqual(expected);
        expect(await store.count(collection, filter)).toBe(expected.length);
        const hits = await store.query(collection, { vectorName: VECTOR, vector: [1, 0, 0, 0], limit: 10, filter });
        expect(hits.map((hit) => hit.payload.chunk).sort()).toEqual(expected);
      });

      test.each<[string, VectorFilter]>([
        ['a condition that is none', { must: [{ key: 'a' }] }],
        ['a clause that is none', { must: 'everything' }],
        ['a match on a mixture', { must: [{ key: 'a', match: { any: [1, 'b'] } }] }],
      ])('%s is VECTORS_REFUSED', async (_, filter) => {
        const { name: collection } = spec('filters');
        if (!made.includes(collection)) await filled('filters', points);
        expect(await codeOf(store.count(collection, filter))).toBe('VECTORS_REFUSED');
      });
    });

    describe('queries', () => {
      test.each<[Distance, number[], number[]]>([
        // Scores by hand for the query (1, 1, 0, 0) and the vectors (1,0,0,0), (2,2,0,0), (0,-1,0,0):
        // Cosine 1/√2, 1, -1/√2; Dot 1, 4, -1; Euclid 1, √2, √(1+4).
        ['Cosine', [2, 1, 3], [1, Math.SQRT1_2, -Math.SQRT1_2]],
        ['Dot', [2, 1, 3], [4, 1, -1]],
        ['Euclid', [1, 2, 3], [1, Math.SQRT2, Math.sqrt(5)]],
      ])('%s ranks and scores as worked out by hand', async (distance, order, scores) => {
        const collection = await filled(
          `score-${distance}`,
          [
            [1, 0, 0, 0],
            [2, 2, 0, 0],
            [0, -1, 0, 0],
          ].map((vector, i) => point(i + 1, 'a', { vector })),
          { distance },
        );
        const hits = await store.query(collection, {
          vectorName: VECTOR,
          vector: [1, 1, 0, 0],
          limit: 10,
          exact: true,
        });
        expect(hits.map((hit) => hit.payload.chunk)).toEqual(order);
        hits.forEach((hit, i) => expect(hit.score).toBeCloseTo(scores[i] as number, 5));
      });

      test('equal scores come in the order of their ids, and a smaller limit is a prefix of a larger one', async () => {
        const equal = [6, 2, 5, 1, 4, 3].map((n) => point(n, 'a', { vector: [1, 0, 0, 0] }));
        const collection = await filled('ties', [...equal, point(7, 'b', { vector: [0, 1, 0, 0] })]);
        for (const limit of [1, 2, 3, 4, 5, 6, 7]) {
          const hits = await store.query(collection, { vectorName: VECTOR, vector: [1, 0, 0, 0], limit });
          expect(hits.map((hit) => hit.payload.chunk)).toEqual([1, 2, 3, 4, 5, 6, 7].slice(0, limit));
        }
      });

      test('withPayload chooses what hits carry', async () => {
        const collection = await filled('carry', [point(1, 'a')]);
        const query = { vectorName: VECTOR, vector: [1, 0, 0, 0], limit: 1 };
        const payloads = await Promise.all(
          [undefined, true, false, ['doc_id']].map(async (withPayload) => {
            const [hit] = await store.query(collection, {
              ...query,
              ...(withPayload === undefined ? {} : { withPayload }),
            });
            return Object.keys(hit?.payload ?? {}).length;
          }),
        );
        expect(payloads).toEqual([7, 7, 0, 1]);
      });

      test('queryBatch() answers each query as query() does', async () => {
        const collection = await filled(
          'batch',
          [1, 2, 3, 4].map((n) => point(n, 'a')),
        );
        const queries = [1, 2, 3].map((n) => ({ vectorName: VECTOR, vector: [1, n, 0, 0], limit: n }));
        const one = await Promise.all(queries.map((query) => store.query(collection, query)));
        expect(await store.queryBatch(collection, queries)).toEqual(one);
        expect(await store.queryBatch(collection, [])).toEqual([]);
      });

      test('queryGroups() gives the best hits of the best documents', async () => {
        const near = (n: number, doc: string, tilt: number) => point(n, doc, { vector: [1, tilt, 0, 0] });
        const collection = await filled('groups', [
          near(1, 'a', 0.1),
          near(2, 'a', 0.4),
          near(3, 'b', 0.2),
          near(4, 'a', 0.3),
          near(5, 'c', 0.9),
          near(6, 'b', 0.8),
        ]);
        const query = { vectorName: VECTOR, vector: [1, 0, 0, 0], limit: 2, groupBy: 'doc_id', groupSize: 2 };
        const groups = await store.queryGroups(collection, query);
        expect(groups.map((group) => [group.id, group.hits.map((hit) => hit.payload.chunk)])).toEqual([
          ['a', [1, 4]],
          ['b', [3, 6]],
        ]);
      });

      test('a stored point finds itself', async () => {
        const vectors = Array.from({ length: 40 }, (_, i) => [Math.sin(i), Math.cos(i), Math.sin(i * i), 1]);
        const collection = await filled(
          'self',
          vectors.map((vector, i) => point(i, 'a', { vector })),
        );
        for (const i of [0, 7, 39]) {
          const [hit] = await store.query(collection, { vectorName: VECTOR, vector: vectors[i] as number[], limit: 1 });
          expect(hit?.id).toBe(id(i));
        }
      });
    });
  });
}
