import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { QdrantClient } from '@qdrant/js-client-rest';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { startVectorServer } from '../../src/local/vectors/start-vector-server.js';

/** Every method of the official client that we list works unchanged; the others are refused by name. */
interface Opened {
  readonly client: QdrantClient;
  readonly isEmbedded: boolean;
  close(): Promise<void>;
}

async function openEmbedded(): Promise<Opened> {
  const folder = await mkdtemp(join(tmpdir(), 'cutover-client-'));
  const server = await startVectorServer({ folder, port: 0, apiKey: 'secret', readOnlyApiKey: 'reader' });
  return {
    client: new QdrantClient({ url: server.url, apiKey: 'secret', checkCompatibility: false }),
    isEmbedded: true,
    close: async () => {
      await server.close();
      await rm(folder, { recursive: true });
    },
  };
}

const { QDRANT_URL: url, QDRANT_API_KEY: apiKey } = process.env;
const targets: [string, () => Promise<Opened>][] = [['embedded server', openEmbedded]];
if (url !== undefined && url !== '') {
  const client = new QdrantClient({ url, checkCompatibility: false, ...(apiKey === undefined ? {} : { apiKey }) });
  targets.push(['qdrant', async () => ({ client, isEmbedded: false, close: async () => undefined })]);
}

const C = 'client-docs';
const DONE = { operation_id: expect.any(Number) as number, status: 'completed' };

describe.each(targets)('@qdrant/js-client-rest against the %s', (_, open) => {
  let opened: Opened;
  let client: QdrantClient;

  beforeAll(async () => {
    opened = await open();
    ({ client } = opened);
    await client.deleteCollection(C);
    await client.createCollection(C, {
      vectors: { e: { size: 2, distance: 'Cosine' } },
      sparse_vectors: { s: {} },
      optimizers_config: { indexing_threshold: 0 },
    });
  });

  afterAll(async () => {
    await client.deleteCollection(C);
    await opened.close();
  });

  const upsert = () =>
    client.upsert(C, {
      points: [1, 2, 3].map((id) => ({ id, vector: { e: [1, id] }, payload: { doc: `d${id % 2}`, n: id } })),
    });

  // One call of each method with what it must resolve to, in order; each takes up where the last one left.
  const calls: readonly (readonly [method: string, call: () => Promise<unknown>, expected: unknown])[] = [
    ['versionInfo', () => client.versionInfo(), expect.objectContaining({ version: expect.any(String) as string })],
    ['collectionExists', () => client.collectionExists(C), { exists: true }],
    [
      'getCollections',
      () => client.getCollections(),
      { collections: expect.arrayContaining([{ name: C }]) as unknown },
    ],
    ['updateCollection', () => client.updateCollection(C, { optimizers_config: { indexing_threshold: 10_000 } }), true],
    [
      'createPayloadIndex',
      () => client.createPayloadIndex(C, { field_name: 'doc', field_schema: 'keyword', wait: true }),
      DONE,
    ],
    ['upsert', upsert, DONE],
    ['getCollection', () => client.getCollection(C), expect.objectContaining({ points_count: 3, status: 'green' })],
    ['getOptimizations', () => client.getOptimizations(C), expect.objectContaining({ running: [] })],
    ['count', () => client.count(C, { filter: { must: [{ key: 'doc', match: { value: 'd1' } }] } }), { count: 2 }],
    ['retrieve', () => client.retrieve(C, { ids: [2], with_payload: ['n'] }), [{ id: 2, payload: { n: 2 } }]],
    [
      'scroll',
      () => client.scroll(C, { limit: 2, with_payload: false }),
      { points: [{ id: 1 }, { id: 2 }], next_page_offset: 3 },
    ],
    [
      'query',
      () => client.query(C, { query: [1, 3], using: 'e', limit: 1, params: { exact: true } }),
      { points: [expect.objectContaining({ id: 3 })] },
    ],
    [
      'queryBatch',
      () => client.queryBatch(C, { searches: [1, 2].map((limit) => ({ query: [1, 1], using: 'e', limit })) }),
      [{ points: [expect.anything()] }, { points: [expect.anything(), expect.anything()] }],
    ],
    [
      'queryGroups',
      () => client.queryGroups(C, { query: [1, 1], using: 'e', group_by: 'doc', group_size: 1 }),
      { groups: [expect.objectContaining({ id: 'd1' }), expect.objectContaining({ id: 'd0' })] },
    ],
    ['setPayload', () => client.setPayload(C, { payload: { seen: true }, points: [1] }), DONE],
    ['overwritePayload', () => client.overwritePayload(C, { payload: { only: 1 }, points: [2] }), DONE],
    ['deletePayload', () => client.deletePayload(C, { keys: ['n'], points: [1], wait: true }), DONE],
    ['clearPayload', () => client.clearPayload(C, { points: [3] }), DONE],
    [
      'batchUpdate',
      () =>
        client.batchUpdate(C, {
          operations: [{ delete: { points: [3] } }, { set_payload: { payload: { z: 1 }, points: [2] } }],
        }),
      [DONE, DONE],
    ],
    ['delete', () => client.delete(C, { points: [99], wait: true }), DONE],
    [
      'retrieve, after all of these',
      () => client.retrieve(C, { ids: [1, 2, 3] }),
      [
        expect.objectContaining({ payload: { doc: 'd1', seen: true } }),
        expect.objectContaining({ payload: { only: 1, z: 1 } }),
      ],
    ],
    [
      'updateCollectionAliases',
      () =>
        client.updateCollectionAliases({
          actions: [{ create_alias: { alias_name: 'client-live', collection_name: C } }],
        }),
      true,
    ],
    [
      'getCollectionAliases',
      () => client.getCollectionAliases(C),
      { aliases: [{ alias_name: 'client-live', collection_name: C }] },
    ],
    [
      'getAliases',
      () => client.getAliases(),
      { aliases: expect.arrayContaining([{ alias_name: 'client-live', collection_name: C }]) as unknown },
    ],
    ['deletePayloadIndex', () => client.deletePayloadIndex(C, 'doc'), DONE],
    ['api().healthz', async () => (await client.api().healthz({})).data, 'healthz check passed'],
    ['api().metrics', async () => (await client.api().metrics({})).data, expect.stringContaining('collection_points')],
    ['deleteCollection of an alias', () => client.deleteCollection('client-live'), false],
    ['recreateCollection', () => client.recreateCollection(C, { vectors: { size: 2, distance: 'Dot' } }), true],
  ];

  test.each(calls)('%s', async (_method, call, expected) => {
    const found = await call();
    expect(plain(found)).toEqual(expected);
  });

  const unserved: readonly (readonly [method: string, call: () => Promise<unknown>, named: string])[] = [
    ['createSnapshot', () => client.createSnapshot(C), 'snapshots'],
    ['listSnapshots', () => client.listSnapshots(C), 'snapshots'],
    ['listFullSnapshots', () => client.listFullSnapshots(), 'snapshots'],
    ['facet', () => client.facet(C, { key: 'doc' }), 'facets'],
    ['searchMatrixPairs', () => client.searchMatrixPairs(C, { sample: 2 }), 'distance matrices'],
    ['search', () => client.search(C, { vector: [1, 0] }), 'the search calls before points/query'],
    ['recommend', () => client.recommend(C, { positive: [1] }), 'recommendations'],
    ['discoverPoints', () => client.discoverPoints(C, { limit: 1 }), 'discovery'],
    ['updateVectors', () => client.updateVectors(C, { points: [] }), 'changes to vectors alone'],
    ['deleteVectors', () => client.deleteVectors(C, { points: [1], vector: ['e'] }), 'changes to vectors alone'],
    ['collectionClusterInfo', () => client.collectionClusterInfo(C), 'clusters'],
    ['listShardKeys', () => client.listShardKeys(C), 'shards'],
    [
      'createVectorName',
      () => client.createVectorName(C, 'x', { dense: { size: 2, distance: 'Dot' } }),
      'vector names added later',
    ],
  ];

  test.each(unserved)('%s is refused by name, if this is the embedded server', async (_method, call, named) => {
    if (!opened.isEmbedded) return;
    const error = (await call().catch((thrown: unknown) => thrown)) as { status: number; data: unknown };
    expect(error.status).toBe(501);
    expect(error.data).toMatchObject({
      status: { error: expect.stringContaining(`(${named}) is not served`) as string },
    });
  });
});

/** Without what the client adds by prototype. */
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value)) as unknown;

describe('API keys', () => {
  let opened: { readonly url: string; close(): Promise<void> };

  beforeAll(async () => {
    const folder = await mkdtemp(join(tmpdir(), 'cutover-keys-'));
    const server = await startVectorServer({ folder, port: 0, apiKey: 'secret', readOnlyApiKey: 'reader' });
    await fetch(`${server.url}/collections/docs`, {
      method: 'PUT',
      headers: { 'api-key': 'secret' },
      body: JSON.stringify({ vectors: { size: 2, distance: 'Dot' } }),
    });
    opened = {
      url: server.url,
      close: async () => {
        await server.close();
        await rm(folder, { recursive: true });
      },
    };
  });
  afterAll(async () => opened.close());

  const NO_KEY = 'Must provide an API key or an Authorization bearer token';
  const FORBIDDEN = 'Forbidden: Global manage access is required';
  const QUERY = ['POST', '/collections/docs/points/query', { query: [1, 0] }] as const;
  const UPSERT = ['PUT', '/collections/docs/points?wait=true', { points: [{ id: 1, vector: [1, 0] }] }] as const;

  test.each<[string, Record<string, string>, readonly [string, string, unknown?], number, string?]>([
    ['nobody may ask for health', {}, ['GET', '/healthz'], 200],
    ['nobody may ask who this is', {}, ['GET', '/'], 200],
    ['nobody may not list', {}, ['GET', '/collections'], 401, NO_KEY],
    ['nobody may not see metrics', {}, ['GET', '/metrics'], 401, NO_KEY],
    ['nobody does not learn what is not served', {}, ['POST', '/collections/docs/facet', {}], 401, NO_KEY],
    ['a wrong key', { 'api-key': 'wrong' }, ['GET', '/collections'], 401, 'Invalid API key or JWT'],
    ['a wrong bearer', { authorization: 'Bearer wrong' }, ['GET', '/collections'], 401, 'Invalid API key or JWT'],
    ['the key writes', { 'api-key': 'secret' }, UPSERT, 200],
    ['the bearer writes', { authorization: 'Bearer secret' }, UPSERT, 200],
    ['the read-only key queries', { 'api-key': 'reader' }, QUERY, 200],
    ['the read-only bearer queries', { authorization: 'Bearer reader' }, QUERY, 200],
    ['the read-only key lists', { 'api-key': 'reader' }, ['GET', '/collections/docs'], 200],
    ['the read-only key does not write', { 'api-key': 'reader' }, UPSERT, 403, FORBIDDEN],
    ['the read-only key does not drop', { 'api-key': 'reader' }, ['DELETE', '/collections/docs'], 403, FORBIDDEN],
    [
      'the read-only key does not flip',
      { 'api-key': 'reader' },
      ['POST', '/collections/aliases', { actions: [] }],
      403,
      FORBIDDEN,
    ],
  ])('%s', async (_, headers, [method, path, body], status, said) => {
    const response = await fetch(opened.url + path, {
      method,
      headers: { 'content-type': 'application/json', ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    expect(response.status).toBe(status);
    // A 401 is plain text, a 403 has the envelope.
    if (status === 401) expect(text).toBe(said);
    if (status === 403) expect(JSON.parse(text)).toMatchObject({ status: { error: said } });
  });
});
