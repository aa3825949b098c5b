import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { restClient } from '../support/rest.js';
import type { RestAnswer, RestClient } from '../support/rest.js';

export interface DialectServer {
  readonly url: string;
  readonly apiKey?: string | undefined;
  close(): Promise<void>;
}

type Refused = [what: string, method: string, path: string, body: unknown, status: number, message: string];

/** What is true of Qdrant's REST dialect below the adapter. Facts: Qdrant 1.18.3, observed. */
export function describeDialect(
  name: string,
  open: () => Promise<DialectServer>,
  { isEmbedded }: { readonly isEmbedded: boolean },
): void {
  describe(`REST dialect: ${name}`, () => {
    let server: DialectServer;
    let rest: RestClient;
    const made = new Set<string>();

    beforeAll(async () => {
      server = await open();
      rest = restClient(server.url, server.apiKey === undefined ? {} : { 'api-key': server.apiKey });
    });

    afterAll(async () => {
      for (const collection of made) await rest.call('DELETE', `/collections/${collection}`);
      await server.close();
    });

    const call: RestClient['call'] = (...request) => rest.call(...request);
    const result: RestClient['result'] = (...request) => rest.result(...request);
    const errorOf = ({ body }: RestAnswer): unknown => (body.status as { error?: unknown } | undefined)?.error;

    const VECTORS = { e: { size: 2, distance: 'Dot' } };
    const make = async (collection: string, body: object = { vectors: VECTORS }): Promise<unknown> => {
      made.add(collection);
      await call('DELETE', `/collections/${collection}`);
      return result('PUT', `/collections/${collection}`, body);
    };
    const put = (name: string, points: unknown, more: object = {}) =>
      result('PUT', `/collections/${name}/points?wait=true`, { points, ...more });
    const alias = (...actions: unknown[]) => call('POST', '/collections/aliases', { actions });
    const create = (name: string, target: string) => ({ create_alias: { alias_name: name, collection_name: target } });
    const remove = (name: string) => ({ delete_alias: { alias_name: name } });
    const rename = (from: string, to: string) => ({ rename_alias: { old_alias_name: from, new_alias_name: to } });
    const aliases = async (): Promise<Record<string, string>> => {
      const { aliases: all } = (await result('GET', '/aliases')) as {
        aliases: { alias_name: string; collection_name: string }[];
      };
      return Object.fromEntries(all.map((one) => [one.alias_name, one.collection_name]));
    };
    const ids = async (name: string): Promise<unknown[]> => {
      const page = (await result('POST', `/collections/${name}/points/scroll`, { limit: 100 })) as {
        points: { id: unknown }[];
      };
      return page.points.map((point) => point.id);
    };

    describe('envelope', () => {
      test('a success carries result, status and time', async () => {
        const { status, body } = await call('GET', '/collections');
        expect(status).toBe(200);
        expect(body).toEqual({
          result: { collections: expect.any(Array) as unknown },
          status: 'ok',
          time: expect.any(Number) as number,
        });
      });

      test('an error carries its message under status, and no result', async () => {
        const { status, body } = await call('GET', '/collections/nowhere');
        expect(status).toBe(404);
        expect(body).toEqual({
          status: { error: "Not found: Collection `nowhere` doesn't exist!" },
          time: expect.any(Number) as number,
        });
      });

      test.each([
        ['/healthz', 'healthz check passed'],
        ['/livez', 'livez check passed'],
        ['/readyz', 'all shards are ready'],
      ])('%s answers in plain text', async (path, text) => {
        const response = await fetch(server.url + path);
        expect([response.status, await response.text()]).toEqual([200, text]);
      });

      test('the root has no envelope and tells an embedded server from a real Qdrant', async () => {
        const root = (await (await fetch(server.url)).json()) as Record<string, string>;
        expect(Object.keys(root)).toEqual(expect.arrayContaining(['title', 'version']));
        expect(root.title).toBe(isEmbedded ? 'cutover embedded vector server' : 'qdrant - vector search engine');
      });

      test('metrics are in the format of Prometheus and name each collection', async () => {
        await make('measured');
        const { text } = await call('GET', '/metrics');
        expect(text).toMatch(/^# TYPE collection_points gauge$/m);
        expect(text).toContain('collection_points{id="measured"} 0');
        expect(text).toMatch(/^app_info\{/m);
      });

      test('an unknown path is not found, and a body is asked for where one is needed', async () => {
        expect((await call('GET', '/nowhere')).status).toBe(404);
        await make('bodyless');
        expect((await call('POST', '/collections/bodyless/points/count')).status).toBe(400);
      });
    });

    describe('aliases', () => {
      beforeAll(async () => {
        await make('a1');
        await make('a2');
        await put('a1', [{ id: 1, vector: { e: [1, 0] } }]);
        await put('a2', [{ id: 2, vector: { e: [1, 0] } }]);
      });

      test('create_alias repoints silently', async () => {
        for (const target of ['a1', 'a2', 'a2']) expect((await alias(create('live', target))).body.result).toBe(true);
        expect((await aliases()).live).toBe('a2');
        expect(await ids('live')).toEqual([2]);
      });

      test.each([
        ['an unknown target', () => [create('x', 'nowhere')], 404, "Not found: Collection `nowhere` doesn't exist!"],
        ['an alias as target', () => [create('y', 'live')], 404, "Not found: Collection `live` doesn't exist!"],
        ['a collection name as alias', () => [create('a1', 'a2')], 409, 'Wrong input: Collection `a1` already exists!'],
        ['renaming what is not there', () => [rename('none', 'other')], 404, 'Not found: Alias none does not exists!'],
      ])('%s is refused', async (_, actions, status, message) => {
        const before = await aliases();
        const answer = await alias(...actions());
        expect([answer.status, errorOf(answer)]).toEqual([status, message]);
        expect(await aliases()).toEqual(before);
      });

      test('deleting an alias that is not there succeeds, and so does an empty list', async () => {
        expect((await alias(remove('none'))).body.result).toBe(true);
        expect((await alias()).body.result).toBe(true);
      });

      test('the actions before a refused one stay', async () => {
        await alias(create('kept', 'a1'));
        const answer = await alias(create('kept', 'a2'), create('lost', 'nowhere'), remove('kept'));
        expect(answer.status).toBe(404);
        expect(await aliases()).toMatchObject({ kept: 'a2' });
      });

      test('delete and create with a missing target leaves no alias: the reason why a flip is one create_alias', async () => {
        await alias(create('pair', 'a1'));
        expect((await alias(remove('pair'), create('pair', 'nowhere'))).status).toBe(404);
        expect(await aliases()).not.toHaveProperty('pair');
      });

      test('a malformed action refuses the whole list before any is applied', async () => {
        const answer = await alias(create('early', 'a1'), { swap_alias: {} });
        expect(answer.status).toBe(400);
        expect(await aliases()).not.toHaveProperty('early');
      });

      test('rename_alias overwrites an alias and may shadow a collection', async () => {
        await make('shadowed');
        await put('shadowed', [{ id: 9, vector: { e: [0, 1] } }]);
        await alias(create('r1', 'a1'), create('r2', 'a2'));
        expect((await alias(rename('r1', 'r2'))).status).toBe(200);
        expect(await aliases()).toMatchObject({ r2: 'a1' });
        await alias(rename('r2', 'shadowed'));
        expect(await ids('shadowed')).toEqual([1]);
        expect(await result('DELETE', '/collections/shadowed')).toBe(true);
        expect(await aliases()).toMatchObject({ shadowed: 'a1' });
        await alias(remove('shadowed'));
        expect((await call('GET', '/collections/shadowed')).status).toBe(404);
      });

      test('a collection under the name of an alias is refused, and DELETE of an alias deletes nothing', async () => {
        await alias(create('taken', 'a1'));
        const answer = await call('PUT', '/collections/taken', { vectors: VECTORS });
        expect([answer.status, errorOf(answer)]).toEqual([
          400,
          "Wrong input: Can't create collection with name taken. Alias with the same name already exists",
        ]);
        expect(await result('DELETE', '/collections/taken')).toBe(false);
        expect((await aliases()).taken).toBe('a1');
      });

      test('deleting a collection drops its aliases without a word', async () => {
        await make('dropped');
        await alias(create('to-dropped', 'dropped'));
        expect(await result('DELETE', '/collections/dropped')).toBe(true);
        expect(await aliases()).not.toHaveProperty('to-dropped');
      });

      test('GET …/aliases knows physical names only', async () => {
        await alias(create('of-a1', 'a1'));
        const of = async (name: string) => JSON.stringify(await result('GET', `/collections/${name}/aliases`));
        expect(await of('a1')).toContain('of-a1');
        expect([await of('of-a1'), await of('nowhere')]).toEqual(['{"aliases":[]}', '{"aliases":[]}']);
      });

      test('reads and PATCH resolve aliases', async () => {
        await alias(create('patched', 'a1'));
        await result('PATCH', '/collections/patched', { metadata: { a: 1, b: 2 } });
        await result('PATCH', '/collections/a1', { metadata: { a: null, c: 3 } });
        const { config } = (await result('GET', '/collections/patched')) as { config: { metadata: unknown } };
        expect(config.metadata).toEqual({ b: 2, c: 3 });
        expect(await result('GET', '/collections/patched/exists')).toEqual({ exists: true });
      });

      test('a time-out below one second is invalid', async () => {
        const answer = await call('POST', '/collections/aliases?timeout=0', { actions: [] });
        expect([answer.status, errorOf(answer)]).toEqual([
          422,
          expect.stringContaining('Validation error in JSON body: ['),
        ]);
      });
    });

    describe('refusals', () => {
      beforeAll(async () => {
        await make('strict');
        await put('strict', [{ id: 1, vector: { e: [1, 0] }, payload: { n: 1 } }]);
        await make('plain', { vectors: { size: 2, distance: 'Cosine' } });
      });

      const upsert = (vector: unknown, id: unknown = 1): unknown => ({ points: [{ id, vector }] });

      const refused = async ([, method, path, body, status, message]: Refused): Promise<void> => {
        const answer = await call(method, path, body);
        const said = isEmbedded ? message : (message.split(':')[0] as string);
        expect([answer.status, errorOf(answer)]).toEqual([status, expect.stringContaining(said)]);
        expect(await ids('strict')).toEqual([1]);
      };

      test.each<Refused>([
        [
          'a second collection of that name',
          'PUT',
          '/collections/strict',
          { vectors: VECTORS },
          409,
          'Wrong input: Collection `strict` already exists!',
        ],
        [
          'an unknown vector name',
          'PUT',
          '/collections/strict/points',
          upsert({ f: [1, 0] }),
          400,
          'Wrong input: Not existing vector name error: f',
        ],
        [
          'an unnamed vector where they have names',
          'PUT',
          '/collections/strict/points',
          upsert([1, 0]),
          400,
          'Wrong input: Not existing vector name error: ',
        ],
        [
          'a wrong size',
          'PUT',
          '/collections/strict/points',
          upsert({ e: [1, 0, 0] }),
          400,
          'Wrong input: Vector dimension error: expected dim: 2, got 3',
        ],
        [
          'null in a vector',
          'PUT',
          '/collections/strict/points',
          upsert({ e: [1, null] }),
          400,
          'Format error in JSON body: component 1 ',
        ],
        [
          'a point id that is none',
          'PUT',
          '/collections/strict/points',
          upsert({ e: [1, 0] }, 'one'),
          400,
          'Format error in JSON body: value "one" is not a valid point ID',
        ],
        [
          'an id beyond 64 bits',
          'PUT',
          '/collections/strict/points',
          '{"points":[{"id":18446744073709551616,"vector":{"e":[1,0]}}]}',
          400,
          'Format error in JSON body: value 18446744073709551616 is not a valid point ID',
        ],
        [
          'a query with a wrong vector name',
          'POST',
          '/collections/strict/points/query',
          { query: [1, 0], using: 'old' },
          400,
          'Wrong input: Not existing vector name error: old',
        ],
        [
          'a query of a wrong size',
          'POST',
          '/collections/strict/points/query',
          { query: [1], using: 'e' },
          400,
          'Wrong input: Vector dimension error: expected dim: 2, got 1',
        ],
        [
          'a query by an unknown id',
          'POST',
          '/collections/strict/points/query',
          { query: 77, using: 'e' },
          404,
          'Not found: No point with id 77 found',
        ],
        [
          'a limit of 0',
          'POST',
          '/collections/strict/points/query',
          { query: [1, 0], using: 'e', limit: 0 },
          422,
          'Validation error in JSON body: [limit: ',
        ],
        [
          'a point that is not there',
          'GET',
          '/collections/strict/points/77',
          undefined,
          404,
          'Not found: Point with id 77 does not exists!',
        ],
        [
          'points of nothing',
          'POST',
          '/collections/nowhere/points/count',
          {},
          404,
          "Not found: Collection `nowhere` doesn't exist!",
        ],
      ])('%s', async (...row) => refused(row));

      // What a real Qdrant can do, or stores as nonsense (a component beyond float32).
      test.skipIf(!isEmbedded).each<Refused>([
        [
          'a component beyond float32',
          'PUT',
          '/collections/strict/points',
          upsert({ e: [1e39, 0] }),
          400,
          'Wrong input: component 0 ',
        ],
        [
          'prefetch',
          'POST',
          '/collections/strict/points/query',
          { query: [1, 0], using: 'e', prefetch: {} },
          400,
          'Wrong input: prefetch is not supported',
        ],
        [
          'a recommendation',
          'POST',
          '/collections/strict/points/query',
          { query: { recommend: {} }, using: 'e' },
          400,
          'Wrong input: query by recommend is not supported',
        ],
        [
          'an order',
          'POST',
          '/collections/strict/points/scroll',
          { order_by: 'n' },
          400,
          'Wrong input: order_by is not supported',
        ],
        [
          'a text match',
          'POST',
          '/collections/strict/points/count',
          { filter: { must: [{ key: 'a', match: { text: 'x' } }] } },
          400,
          'Wrong input: match by text is not supported',
        ],
        [
          'a geo filter',
          'POST',
          '/collections/strict/points/count',
          { filter: { must: [{ key: 'a', geo_radius: {} }] } },
          400,
          'Wrong input: condition "geo_radius" is not supported',
        ],
        [
          'min_should',
          'POST',
          '/collections/strict/points/count',
          { filter: { min_should: {} } },
          400,
          'Wrong input: filter clause "min_should" is not supported',
        ],
        [
          'a text index',
          'PUT',
          '/collections/strict/index',
          { field_name: 'a', field_schema: 'text' },
          400,
          'Wrong input: a payload index of type text is not supported',
        ],
        [
          'a snapshot',
          'POST',
          '/collections/strict/snapshots',
          {},
          501,
          'Wrong input: POST /collections/strict/snapshots (snapshots) is not served',
        ],
        [
          'a facet',
          'POST',
          '/collections/strict/facet',
          {},
          501,
          'Wrong input: POST /collections/strict/facet (facets) is not served',
        ],
      ])('%s', async (...row) => refused(row));

      test('a body above 32 MB is refused, and the connection stays of use', async () => {
        const answer = await call(
          'PUT',
          '/collections/strict/points',
          `{"points":[],"pad":"${'x'.repeat(33 * 1024 * 1024)}"}`,
        );
        expect([answer.status, errorOf(answer)]).toEqual([400, 'JSON payload has exceeded limit (33554432 bytes).']);
        expect(await ids('strict')).toEqual([1]);
      });
    });

    describe('points', () => {
      const rows = [
        { id: 3, vector: { e: [3, 0] }, payload: { k: 'c' } },
        { id: 1, vector: { e: [1, 0] }, payload: { k: 'a', deep: { x: 1, y: 2 } } },
        { id: 'F8Bd0a2c-0000-4000-8000-00000000000A', vector: { e: [2, 0] }, payload: { k: 'b' } },
      ];

      test('both layouts of an upsert store the same', async () => {
        await make('rows');
        await make('columns');
        await put('rows', rows);
        await result('PUT', '/collections/columns/points?wait=true', {
          batch: {
            ids: rows.map((row) => row.id),
            vectors: { e: rows.map((row) => row.vector.e) },
            payloads: rows.map((row) => row.payload),
          },
        });
        const read = (name: string) => result('POST', `/collections/${name}/points/scroll`, { with_vector: true });
        expect(await read('columns')).toEqual(await read('rows'));
        expect(await ids('rows')).toEqual([1, 3, 'f8bd0a2c-0000-4000-8000-00000000000a']);
      });

      test('scroll pages by next_page_offset, null on the last', async () => {
        await make('paged');
        await put(
          'paged',
          [1, 2, 3].map((id) => ({ id, vector: { e: [1, 0] } })),
        );
        const page = (body: object) =>
          result('POST', '/collections/paged/points/scroll', { limit: 2, with_payload: false, ...body });
        expect(await page({})).toEqual({ points: [{ id: 1 }, { id: 2 }], next_page_offset: 3 });
        expect(await page({ offset: 3 })).toEqual({ points: [{ id: 3 }], next_page_offset: null });
      });

      test('wait=true is completed, without it acknowledged; operations are numbered', async () => {
        await make('waits');
        const body = { points: [{ id: 1, vector: { e: [1, 0] } }] };
        const first = (await result('PUT', '/collections/waits/points', body)) as {
          operation_id: number;
          status: string;
        };
        const second = await result('PUT', '/collections/waits/points?wait=true', body);
        expect(first.status).toBe('acknowledged');
        expect(second).toEqual({ operation_id: first.operation_id + 1, status: 'completed' });
      });

      test('update_mode and update_filter decide about points that are there', async () => {
        await make('modes');
        const at = (id: number, n: number) => ({ id, vector: { e: [n, 0] }, payload: { n } });
        await put('modes', [at(1, 1)]);
        await put('modes', [at(1, 2), at(2, 2)], { update_mode: 'insert_only' });
        await put('modes', [at(2, 3), at(3, 3)], { update_mode: 'update_only' });
        await put('modes', [at(1, 9), at(2, 9), at(3, 9)], {
          update_filter: { must: [{ key: 'n', range: { lt: 2 } }] },
        });
        const read = (await result('POST', '/collections/modes/points', { ids: [1, 2, 3] })) as {
          payload: { n: number };
        }[];
        expect(read.map((one) => one.payload.n)).toEqual([9, 3, 9]);
      });

      test('set_payload merges, overwrite replaces; an unknown id is 404 and the known ones are changed', async () => {
        await make('payloads');
        await put(
          'payloads',
          [1, 2].map((id) => ({ id, vector: { e: [1, 0] }, payload: { a: 1 } })),
        );
        const path = '/collections/payloads/points/payload?wait=true';
        const answer = await call('POST', path, { payload: { b: 2 }, points: [1, 77] });
        expect([answer.status, errorOf(answer)]).toEqual([404, 'Not found: No point with id 77 found']);
        await result('PUT', path, { payload: { c: 3 }, filter: { must: [{ has_id: [2] }] } });
        const read = (await result('POST', '/collections/payloads/points', { ids: [1, 2] })) as { payload: unknown }[];
        expect(read.map((one) => one.payload)).toEqual([{ a: 1, b: 2 }, { c: 3 }]);
      });

      test('with_payload includes and excludes, also below', async () => {
        await make('views');
        await put('views', rows);
        const read = async (with_payload: unknown): Promise<unknown> => {
          const [point] = (await result('POST', '/collections/views/points', { ids: [1], with_payload })) as {
            payload: unknown;
          }[];
          return point?.payload;
        };
        expect(await read(['deep.x'])).toEqual({ deep: { x: 1 } });
        expect(await read({ include: ['k'] })).toEqual({ k: 'a' });
        expect(await read({ exclude: ['deep.x', 'k'] })).toEqual({ deep: { y: 2 } });
        expect(await read(false)).toBeUndefined();
      });

      test('a query knows offset, a strict threshold, a point id and with_vector', async () => {
        await make('asked');
        await put('asked', rows.slice(0, 2).concat({ id: 2, vector: { e: [2, 0] }, payload: { k: 'b' } } as never));
        const query = async (body: object): Promise<unknown> => {
          const { points } = (await result('POST', '/collections/asked/points/query', {
            query: [1, 0],
            using: 'e',
            ...body,
          })) as {
            points: { id: unknown; score: number }[];
          };
          return points.map((point) => [point.id, point.score]);
        };
        expect(await query({})).toEqual([
          [3, 3],
          [2, 2],
          [1, 1],
        ]);
        expect(await query({ offset: 1, limit: 1 })).toEqual([[2, 2]]);
        expect(await query({ score_threshold: 2 })).toEqual([[3, 3]]);
        expect(await query({ query: 2 })).toEqual([
          [3, 6],
          [1, 2],
        ]);
        const { points } = (await result('POST', '/collections/asked/points/query', {
          query: [1, 0],
          using: 'e',
          limit: 1,
          with_vector: true,
          with_payload: ['k'],
        })) as { points: unknown[] };
        expect(points).toEqual([{ id: 3, version: 1, score: 3, payload: { k: 'c' }, vector: { e: [3, 0] } }]);
      });

      test('a point without a vector counts and is never found', async () => {
        await make('blind');
        await put('blind', [
          { id: 1, vector: {} },
          { id: 2, vector: { e: [1, 0] } },
        ]);
        expect(await result('POST', '/collections/blind/points/count', {})).toEqual({ count: 2 });
        const found = (await result('POST', '/collections/blind/points/query', { query: [1, 0], using: 'e' })) as {
          points: unknown[];
        };
        expect(found.points).toHaveLength(1);
      });

      test('an unnamed vector is written and asked for without a name', async () => {
        await make('unnamed', { vectors: { size: 2, distance: 'Cosine' } });
        await put('unnamed', [{ id: 1, vector: [3, 4] }]);
        const [point] = (await result('POST', '/collections/unnamed/points', { ids: [1], with_vector: true })) as {
          vector: number[];
        }[];
        expect(point?.vector.map((x) => Number(x.toFixed(6)))).toEqual([0.6, 0.8]);
        const found = (await result('POST', '/collections/unnamed/points/query', { query: [6, 8] })) as {
          points: { score: number }[];
        };
        expect(found.points[0]?.score).toBeCloseTo(1, 6);
      });

      test('an index over points that are there finds what a scan finds, and goes again', async () => {
        await make('indexed');
        await put(
          'indexed',
          Array.from({ length: 300 }, (_, id) => ({ id, vector: { e: [1, 0] }, payload: { k: `k${id % 7}` } })),
        );
        const count = () =>
          result('POST', '/collections/indexed/points/count', {
            filter: { must: [{ key: 'k', match: { value: 'k3' } }] },
          });
        const schema = async (): Promise<unknown> =>
          ((await result('GET', '/collections/indexed')) as { payload_schema: unknown }).payload_schema;
        expect(await count()).toEqual({ count: 43 });
        expect(
          await result('PUT', '/collections/indexed/index?wait=true', { field_name: 'k', field_schema: 'keyword' }),
        ).toMatchObject({ status: 'completed' });
        expect(await schema()).toEqual({ k: { data_type: 'keyword', points: 300 } });
        expect(await count()).toEqual({ count: 43 });
        await result('POST', '/collections/indexed/points/delete?wait=true', {
          filter: { must: [{ key: 'k', match: { value: 'k3' } }] },
        });
        expect(await count()).toEqual({ count: 0 });
        await result('DELETE', '/collections/indexed/index/k?wait=true');
        expect(await schema()).toEqual({});
        expect(await count()).toEqual({ count: 0 });
      });

      test('names that JavaScript has other plans with are like any other', async () => {
        for (const name of ['__proto__', 'constructor']) {
          await make(name, { vectors: { constructor: { size: 2, distance: 'Dot' } } });
          await put(name, [{ id: 1, vector: { constructor: [1, 0] }, payload: { toString: 'x' } }]);
          await alias(create(`to-${name}`, name));
          expect(await ids(`to-${name}`)).toEqual([1]);
          const filter = { must: [{ key: 'valueOf', match: { value: 'x' } }] };
          expect(await result('POST', `/collections/${name}/points/count`, { filter })).toEqual({ count: 0 });
        }
      });
    });

    describe('collections', () => {
      interface Info {
        readonly status: string;
        readonly optimizer_status: unknown;
        readonly points_count: number;
        readonly update_queue: unknown;
        readonly payload_schema: unknown;
        readonly config: Record<string, Record<string, unknown> | null>;
      }
      const info = async (name: string): Promise<Info> => (await result('GET', `/collections/${name}`)) as Info;

      test('what steers an index is taken, changed by PATCH and reported back', async () => {
        await make('tuned', {
          vectors: { e: { size: 2, distance: 'Cosine', on_disk: true } },
          hnsw_config: { m: 0 },
          optimizers_config: { indexing_threshold: 0 },
          quantization_config: { scalar: { type: 'int8', always_ram: true } },
          on_disk_payload: true,
        });
        await result('PATCH', '/collections/tuned', {
          hnsw_config: { m: 16 },
          optimizers_config: { indexing_threshold: 10_000, max_optimization_threads: 1 },
          vectors: { e: { hnsw_config: { m: 8 } } },
        });
        const { config } = await info('tuned');
        expect(config.hnsw_config).toMatchObject({ m: 16, ef_construct: 100 });
        expect(config.optimizer_config).toMatchObject({ indexing_threshold: 10_000, max_optimization_threads: 1 });
        expect(config.quantization_config).toMatchObject({ scalar: { type: 'int8' } });
        expect(config.params).toMatchObject({
          on_disk_payload: true,
          shard_number: 1,
          vectors: { e: { size: 2, distance: 'Cosine', on_disk: true, hnsw_config: { m: 8 } } },
        });
        await result('PATCH', '/collections/tuned', { quantization_config: 'Disabled' });
        expect((await info('tuned')).config.quantization_config).toBeNull();
        const answer = await call('PATCH', '/collections/tuned', { vectors: { f: { on_disk: true } } });
        expect([answer.status, errorOf(answer)]).toEqual([400, 'Wrong input: Not existing vector name error: f']);
      });

      test('what a readiness gate asks for is there', async () => {
        await make('gated');
        await put('gated', [{ id: 1, vector: { e: [1, 0] }, payload: { k: 'a' } }]);
        await result('PUT', '/collections/gated/index?wait=true', {
          field_name: 'k',
          field_schema: { type: 'keyword' },
        });
        expect(await info('gated')).toMatchObject({
          status: 'green',
          optimizer_status: 'ok',
          points_count: 1,
          indexed_vectors_count: 0,
          update_queue: { length: 0 },
          payload_schema: { k: { data_type: 'keyword', points: 1 } },
        });
        const idle = await result('GET', '/collections/gated/optimizations?with=queued');
        expect(idle).toMatchObject({ summary: { queued_optimizations: 0 }, running: [], queued: [] });
      });

      test.each<[string, number[], number[][], [number, number][]]>([
        // Scores by hand for the query (1, 1).
        [
          'Cosine',
          [1, 1],
          [
            [1, 0],
            [2, 2],
          ],
          [
            [2, 1],
            [1, Math.SQRT1_2],
          ],
        ],
        [
          'Dot',
          [1, 1],
          [
            [1, 0],
            [2, 2],
          ],
          [
            [2, 4],
            [1, 1],
          ],
        ],
        [
          'Euclid',
          [1, 1],
          [
            [1, 0],
            [2, 3],
          ],
          [
            [1, 1],
            [2, Math.sqrt(5)],
          ],
        ],
        [
          'Manhattan',
          [1, 1],
          [
            [1, 0],
            [2, 3],
          ],
          [
            [1, 1],
            [2, 3],
          ],
        ],
      ])('%s scores as worked out by hand', async (distance, query, vectors, scores) => {
        const name = `metric-${distance}`;
        await make(name, { vectors: { size: 2, distance } });
        await put(
          name,
          vectors.map((vector, i) => ({ id: i + 1, vector })),
        );
        const { points } = (await result('POST', `/collections/${name}/points/query`, { query })) as {
          points: { id: number; score: number }[];
        };
        expect(points.map(({ id }) => id)).toEqual(scores.map(([id]) => id));
        points.forEach(({ score }, i) => expect(score).toBeCloseTo(scores[i]?.[1] as number, 5));
      });

      test('sparse vectors are kept beside dense ones and shown again', async () => {
        await make('hybrid', { vectors: VECTORS, sparse_vectors: { s: {} } });
        const sparse = { indices: [7, 3], values: [0.5, 2] };
        await put('hybrid', [
          { id: 1, vector: { e: [1, 0], s: sparse }, payload: { a: 1 } },
          { id: 2, vector: { e: [0, 1] } },
        ]);
        await result('POST', '/collections/hybrid/points/payload?wait=true', { payload: { b: 2 }, points: [1] });
        const read = (body: object) => result('POST', '/collections/hybrid/points', { ids: [1, 2], ...body });
        const kept = { indices: [3, 7], values: [2, 0.5] };
        expect(await read({ with_vector: true })).toEqual([
          { id: 1, payload: { a: 1, b: 2 }, vector: { e: [1, 0], s: kept } },
          { id: 2, payload: {}, vector: { e: [0, 1] } },
        ]);
        expect(await read({ with_vector: ['s'], with_payload: false })).toEqual([
          { id: 1, vector: { s: kept } },
          { id: 2, vector: {} },
        ]);
        const twice = { points: [{ id: 3, vector: { s: { indices: [1, 1], values: [1, 1] } } }] };
        expect((await call('PUT', '/collections/hybrid/points?wait=true', twice)).status).toBe(422);
        if (!isEmbedded) return;
        const search = await call('POST', '/collections/hybrid/points/query', { query: kept, using: 's' });
        expect([search.status, errorOf(search)]).toEqual([400, expect.stringContaining('search by a sparse vector')]);
      });
    });

    describe('payloads', () => {
      test('numbers come back as they were sent, from scroll, query and after a change beside them', async () => {
        await make('exact');
        const numbers = '"big":18446744073709551615,"neg":-9007199254740993,"one":1.0,"huge":1e21,"e":1.5E-3';
        const body = `{"points":[{"id":1,"vector":{"e":[1,0]},"payload":{${numbers},"deep":{"list":[1.0,9007199254740993]}}}]}`;
        await result('PUT', '/collections/exact/points?wait=true', body);
        await result('POST', '/collections/exact/points/payload?wait=true', '{"payload":{"more":2.0},"points":[1]}');
        const shown = isEmbedded
          ? [numbers, '"deep":{"list":[1.0,9007199254740993]}', '"more":2.0']
          : ['"big":18446744073709551615', '"neg":-9007199254740993', '"one":1.0', '[1.0,9007199254740993]'];
        for (const [path, request] of [
          ['points/scroll', {}],
          ['points/query', { query: [1, 0], using: 'e', with_payload: true }],
          ['points/scroll', { with_payload: { exclude: ['nothing'] } }],
        ] as const) {
          const { text } = await call('POST', `/collections/exact/${path}`, request);
          for (const part of shown) expect(text).toContain(part);
        }
        const count = async (value: string): Promise<unknown> =>
          result(
            'POST',
            '/collections/exact/points/count',
            `{"filter":{"must":[{"key":"neg","match":{"value":${value}}}]}}`,
          );
        expect(await count('-9007199254740993')).toEqual({ count: 1 });
        expect(await count('-9007199254740992')).toEqual({ count: 0 });
      });

      test('ids reach to 2^64, in order, by body and by path', async () => {
        await make('wide');
        const wide = ['18446744073709551615', '9007199254740993', '9007199254740992'];
        const points = [...wide, '5'].map((id) => `{"id":${id},"vector":{"e":[1,0]}}`);
        await result('PUT', '/collections/wide/points?wait=true', `{"points":[${points.join(',')}]}`);
        const { text } = await call('POST', '/collections/wide/points/scroll', { with_payload: false });
        expect(text).toContain(`[${['5', ...wide.toReversed()].map((id) => `{"id":${id}}`).join(',')}]`);
        expect((await call('GET', `/collections/wide/points/${wide[0]}`)).text).toContain(`"id":${wide[0]}`);
        const only = await call('POST', '/collections/wide/points', `{"ids":[${wide[1]}],"with_payload":false}`);
        expect(only.text).toContain(`[{"id":${wide[1]}}]`);
        await result('POST', '/collections/wide/points/delete?wait=true', `{"points":[${wide[1]},5]}`);
        expect(await result('POST', '/collections/wide/points/count', {})).toEqual({ count: 2 });
      });

      test('set merges and null removes, also below a key; delete takes paths; clear leaves none', async () => {
        await make('changes');
        await put('changes', [
          { id: 1, vector: { e: [1, 0] }, payload: { a: 1, b: { c: 1, d: 2 }, l: [{ x: 1, y: 2 }] } },
        ]);
        const path = '/collections/changes/points/payload';
        const after = async (method: string, url: string, body: object): Promise<unknown> => {
          await result(method, `${url}?wait=true`, { points: [1], ...body });
          return ((await result('GET', '/collections/changes/points/1')) as { payload: unknown }).payload;
        };
        expect(await after('POST', path, { payload: { a: null, e: 5 } })).toEqual({
          b: { c: 1, d: 2 },
          l: [{ x: 1, y: 2 }],
          e: 5,
        });
        expect(await after('POST', path, { payload: { c: 9 }, key: 'b' })).toMatchObject({ b: { c: 9, d: 2 } });
        expect(await after('POST', path, { payload: { z: 1 }, key: 'new' })).toMatchObject({ new: { z: 1 } });
        expect(await after('POST', `${path}/delete`, { keys: ['b.c', 'l[].x', 'e', 'none'] })).toEqual({
          b: { d: 2 },
          l: [{ y: 2 }],
          new: { z: 1 },
        });
        expect(await after('POST', `${path}/clear`, {})).toEqual({});
        expect(await after('PUT', path, { payload: { last: true } })).toEqual({ last: true });
      });
    });

    describe('points/batch', () => {
      test('does one operation after the other', async () => {
        await make('batched');
        const done = await result('POST', '/collections/batched/points/batch?wait=true', {
          operations: [
            { upsert: { points: [1, 2, 3].map((id) => ({ id, vector: { e: [id, 0] }, payload: { id } })) } },
            { set_payload: { payload: { seen: true }, filter: { must: [{ has_id: [1, 2] }] } } },
            { overwrite_payload: { payload: { only: 1 }, points: [2] } },
            { delete_payload: { keys: ['id'], points: [1] } },
            { clear_payload: { points: [3] } },
            { delete: { points: [3] } },
          ],
        });
        expect(done).toHaveLength(6);
        expect(done).toEqual(expect.arrayContaining([expect.objectContaining({ status: 'completed' })]));
        expect(await result('POST', '/collections/batched/points', { ids: [1, 2, 3] })).toEqual([
          { id: 1, payload: { seen: true } },
          { id: 2, payload: { only: 1 } },
        ]);
      });

      test('stops at the first failure, and what came before it stays', async () => {
        await make('halting');
        const upsert = (id: number) => ({ upsert: { points: [{ id, vector: { e: [1, 0] } }] } });
        const answer = await call('POST', '/collections/halting/points/batch?wait=true', {
          operations: [upsert(1), { set_payload: { payload: { a: 1 }, points: [77, 1] } }, upsert(2)],
        });
        expect([answer.status, errorOf(answer)]).toEqual([404, 'Not found: No point with id 77 found']);
        expect(await result('POST', '/collections/halting/points', { ids: [1, 2] })).toEqual([
          { id: 1, payload: { a: 1 } },
        ]);
        const wrong = await call('POST', '/collections/halting/points/batch?wait=true', {
          operations: [upsert(3), { upsert: { points: [{ id: 4, vector: { e: [1] } }] } }],
        });
        expect(wrong.status).toBe(400);
        expect(await ids('halting')).toEqual(isEmbedded ? [1, 3] : expect.arrayContaining([1]));
      });

      test('a list with something that is no operation is refused whole', async () => {
        await make('malformed');
        const answer = await call('POST', '/collections/malformed/points/batch?wait=true', {
          operations: [{ upsert: { points: [{ id: 1, vector: { e: [1, 0] } }] } }, { swap: {} }],
        });
        expect(answer.status).toBe(400);
        expect(await ids('malformed')).toEqual([]);
      });
    });

    describe('filters', () => {
      const rows = [
        { n: 1, s: 'a', t: '2026-01-01T00:00:00Z', l: [1, 2, 3], deep: [{ b: 'x' }, { b: 'y' }], flag: true },
        { n: 2.5, s: 'b', t: '2026-06-01', l: [], nul: null, deep: [{ b: 'z' }], flag: false },
        { n: 3, s: ['a', 'c'], t: '2026-06-01T02:00:00+02:00', l: null, nul: [null, 1] },
        {},
      ];
      const key = (name: string, test: object) => ({ key: name, ...test });

      test.each<[string, object, number[]]>([
        ['match value', { must: [key('s', { match: { value: 'a' } })] }, [0, 2]],
        ['match a boolean', { must: [key('flag', { match: { value: false } })] }, [1]],
        ['match any', { must: [key('n', { match: { any: [1, 3] } })] }, [0, 2]],
        [
          'match except: a field that is missing has no other value',
          { must: [key('s', { match: { except: ['a'] } })] },
          [1, 2],
        ],
        ['range', { must: [key('n', { range: { gt: 1, lte: 3 } })] }, [1, 2]],
        ['range inside an array', { must: [key('l', { range: { gte: 3 } })] }, [0]],
        ['a range of dates', { must: [key('t', { range: { gte: '2026-06-01T00:00:00Z' } })] }, [1, 2]],
        [
          'a date and an offset',
          { must: [key('t', { range: { gt: '2025-12-31T23:59:59.5Z', lt: '2026-01-01 01:00:00+01:00' } })] },
          [],
        ],
        ['values_count', { must: [key('l', { values_count: { gte: 3 } })] }, [0]],
        [
          'values_count of none: null and [], not what is missing',
          { must: [key('l', { values_count: { lt: 1 } })] },
          [1, 2],
        ],
        ['values_count of one value', { must: [key('n', { values_count: { gte: 1, lte: 1 } })] }, [0, 1, 2]],
        ['is_empty', { must: [{ is_empty: { key: 'l' } }] }, [1, 2, 3]],
        ['is_null', { must: [{ is_null: { key: 'nul' } }] }, [1, 2]],
        ['is_empty of a key', { must: [key('l', { is_empty: true })] }, [1, 2, 3]],
        ['is_empty: false', { must: [key('l', { is_empty: false })] }, [0]],
        ['has_id', { must: [{ has_id: [3, 1, 99] }] }, [1, 3]],
        ['a path through an array', { must: [key('deep[].b', { match: { any: ['y', 'z'] } })] }, [0, 1]],
        [
          'should is one of',
          { should: [key('n', { match: { value: 1 } }), key('s', { match: { value: 'b' } })] },
          [0, 1],
        ],
        ['must_not is none of', { must_not: [key('s', { match: { value: 'a' } }), { has_id: [3] }] }, [1]],
        [
          'clauses within clauses',
          {
            must: [
              { should: [{ has_id: [0] }, { must: [key('n', { range: { gt: 2 } })], must_not: [{ has_id: [2] }] }] },
            ],
          },
          [0, 1],
        ],
        ['a single condition for a list', { must: { has_id: [2] } }, [2]],
        ['nothing asked', {}, [0, 1, 2, 3]],
      ])('%s', async (_, filter, expected) => {
        if (!made.has('filtered')) {
          await make('filtered');
          await put(
            'filtered',
            rows.map((payload, id) => ({ id, vector: { e: [1, id] }, payload })),
          );
        }
        const found = async (): Promise<unknown> => {
          const page = (await result('POST', '/collections/filtered/points/scroll', { filter })) as {
            points: { id: number }[];
          };
          return page.points.map(({ id }) => id);
        };
        expect(await found()).toEqual(expected);
        expect(await result('POST', '/collections/filtered/points/count', { filter })).toEqual({
          count: expected.length,
        });
        const { points } = (await result('POST', '/collections/filtered/points/query', {
          query: [1, 1],
          using: 'e',
          filter,
        })) as {
          points: { id: number }[];
        };
        expect(points.map(({ id }) => id).sort()).toEqual(expected);
      });

      test('indexes of every type change no answer', async () => {
        await make('typed');
        await put(
          'typed',
          rows.map((payload, id) => ({ id, vector: { e: [1, id] }, payload })),
        );
        const filters = [
          { must: [key('s', { match: { value: 'a' } })] },
          { must: [key('n', { range: { gte: 2 } })] },
          { must: [key('t', { range: { gte: '2026-06-01' } })] },
          { must: [key('flag', { match: { value: true } })] },
          { must_not: [key('n', { match: { value: 3 } })] },
        ];
        const counts = async (): Promise<unknown> =>
          Promise.all(filters.map((filter) => result('POST', '/collections/typed/points/count', { filter })));
        const before = await counts();
        for (const [field_name, field_schema] of Object.entries({
          s: 'keyword',
          n: 'float',
          t: 'datetime',
          flag: 'bool',
          l: 'integer',
        })) {
          await result('PUT', '/collections/typed/index?wait=true', { field_name, field_schema });
        }
        expect(await counts()).toEqual(before);
      });
    });
  });
}
