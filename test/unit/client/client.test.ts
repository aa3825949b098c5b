import { QdrantClient } from '@qdrant/js-client-rest';
import { afterEach, beforeEach, expect, expectTypeOf, test } from 'vitest';
import type { LiveAnswer, QdrantQueries, QdrantQuery, SearchHit } from '../../../src/client/index.js';
import { CutoverClient, QdrantSearcher } from '../../../src/client/index.js';
import { collectionName, vectorName } from '../../../src/domain/ids.js';
import { LifecycleError } from '../../../src/domain/errors.js';
import type { EmbedderSpec } from '../../../src/domain/index-spec.js';
import type { ScoredPoint } from '../../../src/ports/vector-store.js';
import { SearchWorld, startGateway } from '../../support/search-world.js';

const V1 = { kind: 'hashing', dimensions: 64, seed: 1 } as const;
const V2 = { kind: 'hashing', dimensions: 64, seed: 2 } as const;

let world: SearchWorld;
let gateway: Awaited<ReturnType<typeof startGateway>>;
let client: CutoverClient;
beforeEach(async () => {
  world = await new SearchWorld().index();
  for (const spec of [V1, V2]) await world.flip((await world.build(spec)).number);
  await world.flip(1);
  gateway = await startGateway(world, { rowTtlMs: 1 });
  client = new CutoverClient({ url: gateway.url, index: 'docs' });
});
afterEach(() => gateway.close());

test('CutoverClient searches by text, by vector and with a filter', async () => {
  const live = await client.live();
  const byText = await client.search({ query: 'apples on trees', topK: 1 });
  expect(byText.hits.map(({ docId }: SearchHit) => docId)).toEqual(['apple']);
  const vector = [...(await world.toolbox.embedder(V1).embedQuery('apples on trees'))];
  const byVector = await client.search({ vector, vectorName: live.vectorName, topK: 1 });
  expect(byVector.hits).toEqual(byText.hits);
  const filter = { must_not: [{ key: 'meta.letter', match: { value: 'a' } }] };
  expect((await client.search({ query: 'apples on trees', filter })).hits).toHaveLength(2);
});

test('a vector of the old embedder is refused after a flip instead of answered wrongly', async () => {
  const live = await client.live();
  const vector = [...(await world.toolbox.embedder(V1).embedQuery('apples'))];
  await world.flip(2);
  await new Promise((resolve) => setTimeout(resolve, 5));
  await expect(client.search({ vector, vectorName: live.vectorName })).rejects.toMatchObject({
    code: 'STALE_EPOCH',
    detail: { status: 409 },
  });
});

/** The vector store in Qdrant's clothes: errors with a status and Qdrant's own words. */
const asQdrant = (): QdrantQueries<{ points: readonly ScoredPoint[] }> & { asked: string[] } => {
  const asked: string[] = [];
  return {
    asked,
    async query(collection: string, { query, using, limit }: QdrantQuery) {
      asked.push(collection);
      try {
        const points = await world.vectors.query(collectionName(collection), {
          vectorName: vectorName(using),
          vector: query,
          limit,
        });
        return { points };
      } catch (error) {
        if (!(error instanceof LifecycleError)) throw error;
        const status = error.code === 'NOT_FOUND' ? 404 : 400;
        const message =
          status === 404 ? 'Not found: Collection' : `Wrong input: Not existing vector name error: ${using}`;
        throw Object.assign(new Error('Bad Request'), { status, data: { status: { error: message } } });
      }
    },
  };
};

const specOf = ({ version }: LiveAnswer): EmbedderSpec => (version === 1 ? V1 : V2);
const encode = async (text: string, live: LiveAnswer) => [
  ...(await world.toolbox.embedder(specOf(live)).embedQuery(text)),
];

test('QdrantSearcher asks the live collection by its own name and follows a flip', async () => {
  const qdrant = asQdrant();
  const searcher = new QdrantSearcher({ qdrant, cutover: client, encode, maxAgeMs: 20 });
  expect((await searcher.search({ query: 'apples on trees' })).live.version).toBe(1);
  await world.flip(2);
  await new Promise((resolve) => setTimeout(resolve, 40));
  const { answer, live } = await searcher.search({ query: 'apples on trees' });
  expect(live.version).toBe(2);
  expect(answer.points[0]?.payload['doc_id']).toBe('apple');
  expect(qdrant.asked).toEqual(['docs_v1', 'docs_v2']);
});

test('QdrantSearcher survives the retirement of the collection it knew: one retry with what is live now', async () => {
  const qdrant = asQdrant();
  const searcher = new QdrantSearcher({ qdrant, cutover: client, encode, maxAgeMs: 60_000 });
  await searcher.search({ query: 'x' });
  await world.flip(2);
  await new Promise((resolve) => setTimeout(resolve, 5));
  await world.vectors.deleteCollection(collectionName('docs_v1'));
  expect((await searcher.search({ query: 'x' })).live.version).toBe(2);
  expect(qdrant.asked).toEqual(['docs_v1', 'docs_v1', 'docs_v2']);
});

test('QdrantSearcher tries again once after `Not existing vector name`, and passes any other error on', async () => {
  const lives = ['old', 'new', 'newer'].map(
    (name, at) => ({ version: at + 1, collection: 'c', vectorName: name }) as LiveAnswer,
  );
  const asked: string[] = [];
  const failing = (status: number, message: string) => ({
    query: async (_: string, { using }: QdrantQuery) => {
      asked.push(using);
      if (using === 'new' && status === 400) return 'answer';
      throw Object.assign(new Error('refused'), { status, data: { status: { error: message } } });
    },
  });
  const searcherOver = (qdrant: QdrantQueries<string>) => {
    let at = 0;
    return new QdrantSearcher({ qdrant, cutover: { live: async () => lives[at++]! }, encode: async () => [1] });
  };
  const overtaken = searcherOver(failing(400, 'Wrong input: Not existing vector name error: old'));
  expect((await overtaken.search({ query: 'x' })).answer).toBe('answer');
  expect(asked.splice(0)).toEqual(['old', 'new']);
  await expect(searcherOver(failing(500, 'boom')).search({ query: 'x' })).rejects.toMatchObject({ status: 500 });
  await expect(searcherOver(failing(404, 'gone')).search({ query: 'x' })).rejects.toMatchObject({ status: 404 });
  expect(asked).toEqual(['old', 'old', 'new']);
});

test('QdrantSearcher goes on with what it knows while the gateway is away', async () => {
  const searcher = new QdrantSearcher({
    qdrant: asQdrant(),
    cutover: new CutoverClient({ url: gateway.url, index: 'docs', retries: 0 }),
    encode,
    maxAgeMs: 0,
  });
  await searcher.search({ query: 'x' });
  await gateway.close();
  expect((await searcher.search({ query: 'x' })).live.version).toBe(1);
});

test('QdrantSearcher takes the official client as it is', async () => {
  const qdrant = new QdrantClient({ url: 'http://127.0.0.1:1', checkCompatibility: false });
  const searcher = new QdrantSearcher({ qdrant, cutover: client, encode });
  await expect(searcher.search({ query: 'x' })).rejects.toThrow('fetch failed');
  type Answer = Awaited<ReturnType<typeof searcher.search>>['answer'];
  expectTypeOf<Answer>().toEqualTypeOf<Awaited<ReturnType<QdrantClient['query']>>>();
});
