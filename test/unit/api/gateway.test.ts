import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { GatewayOptions, GatewayPorts } from '../../../src/api/gateway.js';
import type { SearchAnswer } from '../../../src/contracts/search.js';
import { LifecycleError } from '../../../src/domain/errors.js';
import { SearchWorld, startGateway, DOCS } from '../../support/search-world.js';

const V1 = { kind: 'hashing', dimensions: 64, seed: 1 } as const;
const V2 = { kind: 'hashing', dimensions: 96, seed: 2 } as const;

let world: SearchWorld;
const closers: (() => Promise<void>)[] = [];
beforeEach(async () => {
  world = await new SearchWorld().index();
});
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

async function open(ports: Partial<GatewayPorts> = {}, options: GatewayOptions = {}) {
  const gateway = await startGateway({ ...world, registry: world.registry, ...ports }, { rowTtlMs: 0, ...options });
  closers.push(gateway.close);
  const post = (body: unknown, index = 'docs') =>
    fetch(`${gateway.url}/v1/indexes/${index}/search`, {
      method: 'POST',
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
  const errorOf = async (response: Response) => ({
    status: response.status,
    ...((await response.json()) as { error: object }).error,
  });
  return { url: gateway.url, post, errorOf };
}

async function live(spec: typeof V1 | typeof V2) {
  const version = await world.build(spec);
  await world.flip(version.number);
  return version;
}

describe('search', () => {
  test('answers with hits of the live version, and says which version that is', async () => {
    const version = await live(V1);
    const { post } = await open();
    const answer = (await (await post({ query: 'bicycle wheels', topK: 2 })).json()) as SearchAnswer;
    expect(answer).toMatchObject({
      version: 1,
      epoch: 1,
      collection: version.collection,
      queryId: expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
    expect(answer.hits).toHaveLength(2);
    expect(answer.hits[0]).toEqual({
      docId: 'bike',
      chunk: 0,
      score: expect.any(Number),
      text: 'a bicycle has two wheels',
      title: 'BIKE',
      uri: null,
      meta: { version: 1, letter: 'b' },
    });
  });

  test('takes a vector, of the right length and the right name only', async () => {
    const version = await live(V1);
    const { post, errorOf } = await open();
    const vector = [...(await world.toolbox.embedder(V1).embedQuery('clouds bring rain'))];
    for (const vectorName of [undefined, version.vectorName]) {
      expect(((await (await post({ vector, vectorName })).json()) as SearchAnswer).hits[0]?.docId).toBe('cloud');
    }
    expect(await errorOf(await post({ vector: [...vector, 1] }))).toMatchObject({
      status: 400,
      code: 'DIMENSION_MISMATCH',
    });
    expect(await errorOf(await post({ vector, vectorName: 'another' }))).toMatchObject({
      status: 409,
      code: 'STALE_EPOCH',
    });
  });

  test('passes a filter on', async () => {
    await live(V1);
    const { post } = await open();
    const filter = { must: [{ key: 'meta.letter', match: { value: 'c' } }] };
    const { hits } = (await (await post({ query: 'apples', filter })).json()) as SearchAnswer;
    expect(hits.map(({ docId }) => docId)).toEqual(['cloud']);
  });

  test('searches another version on request, with that version’s own encoder', async () => {
    await live(V1);
    const candidate = await world.build(V2);
    const { post, errorOf } = await open();
    const answer = (await (await post({ query: 'apples', version: candidate.number })).json()) as SearchAnswer;
    expect(answer).toMatchObject({ version: 2, epoch: 1, collection: candidate.collection });
    expect(answer.hits.map(({ meta }) => meta['version'])).toEqual([2, 2, 2]);
    expect(await errorOf(await post({ query: 'x', version: 9 }))).toMatchObject({
      status: 404,
      message: expect.stringContaining('there is none'),
    });
    await world.registry.transition(candidate, { from: ['approved'], to: 'rejected', actor: 'test' });
    expect(await errorOf(await post({ query: 'x', version: 2 }))).toMatchObject({
      status: 404,
      message: expect.stringContaining('it is rejected'),
    });
  });

  test('no answer fails or mixes two versions while the index flips to and fro between two embedders', async () => {
    await live(V1);
    await live(V2);
    const { post } = await open({}, { rowTtlMs: 1 });
    let flipping = true;
    const seen = new Set<number>();
    const client = async () => {
      for (let asked = 0; flipping || asked < 5; asked += 1) {
        const response = await post({ query: 'apples on trees' });
        expect(response.status).toBe(200);
        const { version, collection, hits } = (await response.json()) as SearchAnswer;
        expect(collection).toBe(`docs_v${version}`);
        expect(hits.map(({ meta }) => meta['version'])).toEqual([version, version, version]);
        expect(hits[0]?.docId).toBe('apple');
        seen.add(version);
      }
    };
    const clients = [client(), client(), client(), client()];
    for (let flip = 0; flip < 100; flip += 1) {
      await world.flip(flip % 2 === 0 ? 1 : 2);
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    flipping = false;
    await Promise.all(clients);
    expect([...seen].sort()).toEqual([1, 2]);
  });

  test('reads the row again when the collection it named has been retired', async () => {
    const old = await live(V1);
    const { post } = await open({}, { rowTtlMs: 1000 });
    expect((await post({ query: 'x' })).status).toBe(200);
    await live(V2);
    await world.vectors.deleteCollection(old.collection);
    expect(await (await post({ query: 'apples' })).json()).toMatchObject({ version: 2 });
  });
});

describe('live', () => {
  test('tells direct users of Qdrant all they need', async () => {
    const version = await live(V1);
    const { url } = await open();
    expect(await (await fetch(`${url}/v1/indexes/docs/live`)).json()).toEqual({
      alias: 'docs',
      collection: 'docs_v1',
      vectorName: version.vectorName,
      version: 1,
      epoch: 1,
      distance: 'Cosine',
      embedder: version.identity.embedder,
    });
  });
});

describe('what cannot be answered', () => {
  test('is a bad request, as JSON with code, message and hint', async () => {
    await live(V1);
    const { post, errorOf } = await open({}, { maxBodyBytes: 2000, maxQueryCharacters: 100 });
    expect(await errorOf(await post('{'))).toMatchObject({
      status: 400,
      code: 'USAGE',
      message: expect.stringContaining('not JSON'),
    });
    expect(await errorOf(await post({ query: 'x', topK: 0 }))).toEqual({
      status: 400,
      code: 'USAGE',
      message: expect.stringContaining('topK'),
      hint: expect.stringContaining('topK'),
    });
    expect((await post({ query: 'x'.repeat(101) })).status).toBe(400);
    expect((await post({ query: 'x', filter: { nonsense: 1 } })).status).toBe(400);
    expect(await errorOf(await post({ query: 'x'.repeat(3000) }))).toMatchObject({ status: 413, code: 'USAGE' });
  });

  test('is not found: an unknown index or path, and an index that serves nothing yet', async () => {
    const { url, post, errorOf } = await open();
    expect(await errorOf(await post({ query: 'x' }, 'nope'))).toMatchObject({ status: 404, code: 'NOT_FOUND' });
    expect(await errorOf(await post({ query: 'x' }))).toMatchObject({
      status: 404,
      message: expect.stringContaining('no live version yet'),
    });
    expect(await errorOf(await fetch(`${url}/v2`))).toMatchObject({ status: 404, code: 'NOT_FOUND' });
    await live(V1);
    expect((await post({ query: 'x' })).status).toBe(200);
  });

  test('is a refused filter, blamed on the caller and not on the store', async () => {
    await live(V1);
    const refuse = () => Promise.reject(new LifecycleError('VECTORS_REFUSED', 'unknown condition'));
    const { post, errorOf } = await open({ vectors: { query: refuse } });
    expect(await errorOf(await post({ query: 'x', filter: { must: [{ nonsense: true }] } }))).toMatchObject({
      status: 400,
      code: 'USAGE',
    });
    expect(await errorOf(await post({ query: 'x' }))).toMatchObject({ status: 502, code: 'VECTORS_REFUSED' });
  });

  test('is 503 with Retry-After while the vector store is down, and the operator is told', async () => {
    await live(V1);
    const told: unknown[] = [];
    const down = () =>
      Promise.reject(new LifecycleError('VECTORS_UNAVAILABLE', 'refused', { retryable: true, retryAfterMs: 2500 }));
    const { post, errorOf } = await open({ vectors: { query: down } }, { onError: (error) => told.push(error) });
    const response = await post({ query: 'x' });
    expect(response.headers.get('retry-after')).toBe('3');
    expect(await errorOf(response)).toMatchObject({ status: 503, code: 'VECTORS_UNAVAILABLE' });
    expect(told).toHaveLength(1);
  });

  test('an unexpected failure says nothing of its inside', async () => {
    await live(V1);
    const { post, errorOf } = await open({ vectors: { query: () => Promise.reject(new Error('password=hunter2')) } });
    expect(await errorOf(await post({ query: 'x' }))).toEqual({
      status: 500,
      code: 'INTERNAL',
      message: 'The gateway failed',
      hint: null,
    });
  });
});

test('a row is used for a second at most: then the registry must answer, for nobody else knows what is live', async () => {
  await live(V1);
  let up = true;
  let reads = 0;
  const registry: GatewayPorts['registry'] = {
    index: (name) => {
      reads += 1;
      return up
        ? world.registry.index(name)
        : Promise.reject(new LifecycleError('REGISTRY_UNAVAILABLE', 'down', { retryable: true }));
    },
    version: (key) => world.registry.version(key),
  };
  const clock = { at: 0 };
  const { post } = await open({ registry }, { rowTtlMs: 60_000, now: () => clock.at });
  for (let call = 0; call < 10; call += 1) expect((await post({ query: 'x' })).status).toBe(200);
  expect(reads).toBe(1);
  up = false;
  clock.at = 999;
  expect((await post({ query: 'x' })).status).toBe(200);
  clock.at = 1001;
  expect((await post({ query: 'x' })).status).toBe(503);
  up = true;
  expect((await post({ query: 'x' })).status).toBe(200);
});

test('an encoder that no longer gives the version’s probe vectors is not asked, and is looked at again later', async () => {
  await live(V1);
  const clock = { at: 0 };
  let swapped = true;
  const toolbox = { embedder: () => world.toolbox.embedder(swapped ? { ...V1, seed: 99 } : V1) };
  const { post, errorOf } = await open({ toolbox }, { now: () => clock.at });
  expect(await errorOf(await post({ query: 'x' }))).toMatchObject({ status: 500, code: 'ENCODER_CHANGED' });
  const vector = [...(await world.toolbox.embedder(V1).embedQuery('clouds bring rain'))];
  expect((await post({ vector })).status).toBe(200);
  swapped = false;
  expect((await post({ query: 'x' })).status).toBe(500);
  clock.at = 5001;
  expect((await post({ query: 'x' })).status).toBe(200);
});

test('/healthz answers without asking anybody', async () => {
  const { url } = await open();
  expect(await (await fetch(`${url}/healthz`)).json()).toEqual({ status: 'ok' });
  expect(await world.registry.index(DOCS)).toBeDefined();
});
