import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { startVectorServer } from '../../src/local/vectors/start-vector-server.js';
import type { VectorServer } from '../../src/local/vectors/start-vector-server.js';

/** What is true of Qdrant's REST dialect below the adapter. Facts: Qdrant 1.18.3, observed. */
describe('embedded vector server', () => {
  let folder: string;
  let server: VectorServer;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cutover-vectors-'));
    server = await startVectorServer({ folder, port: 0 });
  });

  afterAll(async () => {
    await server.close();
    await rm(folder, { recursive: true });
  });

  interface Answer {
    readonly status: number;
    readonly body: { readonly result?: unknown; readonly status?: unknown; readonly time?: number };
  }

  const call = async (method: string, path: string, body?: unknown): Promise<Answer> => {
    const response = await fetch(server.url + path, {
      method,
      headers: { 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    return { status: response.status, body: (await response.json()) as Answer['body'] };
  };
  const result = async (method: string, path: string, body?: unknown): Promise<unknown> => {
    const answer = await call(method, path, body);
    expect(answer.body).toMatchObject({ status: 'ok' });
    return answer.body.result;
  };
  const errorOf = ({ body }: Answer): unknown => (body.status as { error?: unknown }).error;

  const VECTORS = { e: { size: 2, distance: 'Dot' } };
  const make = (name: string, body: object = { vectors: VECTORS }) => result('PUT', `/collections/${name}`, body);
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

    test('the root has no envelope and tells it from a real Qdrant', async () => {
      const root = (await (await fetch(server.url)).json()) as Record<string, string>;
      expect(root).toMatchObject({ title: 'cutover embedded vector server', version: '1.18.3' });
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

    test.each<[string, string, string, unknown, number, string]>([
      [
        'a second collection of that name',
        'PUT',
        '/collections/strict',
        { vectors: VECTORS },
        409,
        'Wrong input: Collection `strict` already exists!',
      ],
      ['no JSON', 'PUT', '/collections/strict/points', '{"points":[', 400, 'Format error in JSON body: '],
      ['no points', 'PUT', '/collections/strict/points', {}, 400, 'Format error in JSON body: missing field `points`'],
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
        'a component beyond float32',
        'PUT',
        '/collections/strict/points',
        upsert({ e: [1e39, 0] }),
        400,
        'Wrong input: component 0 ',
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
    ])('%s', async (_, method, path, body, status, message) => {
      const answer = await call(method, path, body);
      expect([answer.status, errorOf(answer)]).toEqual([status, expect.stringContaining(message)]);
      expect(await ids('strict')).toEqual([1]);
    });

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
      await put('modes', [at(1, 9), at(2, 9), at(3, 9)], { update_filter: { must: [{ key: 'n', range: { lt: 2 } }] } });
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

  test('an API key is asked for everywhere but at the open paths', async () => {
    const own = await mkdtemp(join(tmpdir(), 'cutover-vectors-'));
    const locked = await startVectorServer({ folder: own, port: 0, apiKey: 'secret' });
    const status = async (path: string, headers: Record<string, string> = {}) =>
      (await fetch(locked.url + path, { headers })).status;
    try {
      expect(await status('/healthz')).toBe(200);
      expect(await status('/collections')).toBe(401);
      expect(await status('/collections', { 'api-key': 'wrong' })).toBe(401);
      expect(await status('/collections', { 'api-key': 'secret' })).toBe(200);
      expect(await status('/collections', { authorization: 'Bearer secret' })).toBe(200);
    } finally {
      await locked.close();
      await rm(own, { recursive: true });
    }
  });
});
