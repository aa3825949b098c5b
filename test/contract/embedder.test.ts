import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, afterEach, describe, expect, test } from 'vitest';
import { openEmbedder } from '../../src/adapters/embedders/index.js';
import type { EmbedderSpec } from '../../src/domain/index-spec.js';
import { startEmbeddingsServer } from '../support/embeddings-server.js';
import type { EmbeddingsServer, Fault } from '../support/embeddings-server.js';
import { writeStaticModel } from '../support/static-model.js';
import { describeEmbedder, KNOWN } from './embedder.js';

let folder: string;
let server: EmbeddingsServer;

const vectors = Object.fromEntries(
  KNOWN.map((word, at) => [word, Array.from({ length: 8 }, (_, column) => Math.sin((at + 1) * (column + 2)))]),
);

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'cutover-embedder-'));
  await writeStaticModel(path.join(folder, 'tiny'), vectors);
  server = await startEmbeddingsServer();
});
afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true });
});

const environment = (variables: Record<string, string> = {}) => ({ modelFolders: [folder], environment: variables });
const openAiSpec = (baseUrl: string): EmbedderSpec => ({
  kind: 'openai',
  model: 'tiny',
  baseUrl,
  maxTokens: 100,
  documentPrefix: '',
  queryPrefix: '',
  apiKeyEnv: 'TEST_KEY',
});

describeEmbedder('hashing', async () => openEmbedder({ kind: 'hashing', dimensions: 32, seed: 1 }, environment()), {
  refusesBlank: false,
});
describeEmbedder('static', async () => openEmbedder({ kind: 'static', model: 'tiny' }, environment()), {
  refusesBlank: true,
});
describeEmbedder('openai', async () => openEmbedder(openAiSpec(server.baseUrl), environment()), {
  refusesBlank: true,
});

describe('static embedder', () => {
  const open = (dimensions?: number, model = 'tiny') =>
    openEmbedder({ kind: 'static', model, ...(dimensions && { dimensions }) }, environment());

  test('averages token vectors without special and unknown tokens, cuts them and scales to length 1', async () => {
    const [vector] = await open(2).embedDocuments(['Alpha beta zzz']);
    const mean = [0, 1].map((column) => ((vectors.alpha?.[column] ?? 0) + (vectors.beta?.[column] ?? 0)) / 2);
    const length = Math.hypot(...mean);
    expect(vector).toHaveLength(2);
    mean.forEach((component, at) => expect(vector?.[at]).toBeCloseTo(component / length, 6));
  });

  test("weighs each token by the model's weights", async () => {
    const weights = [1, 1, 1, 1, 3, 0, 1, 1, 1, 1, 1, 1];
    await writeStaticModel(path.join(folder, 'weighted'), vectors, { weights });
    const [weighted] = await open(undefined, 'weighted').embedDocuments(['alpha beta']);
    const [alpha] = await open().embedDocuments(['alpha']);
    weighted?.forEach((component, at) => expect(component).toBeCloseTo(alpha?.[at] ?? NaN, 6));
  });

  test('refuses a text without a known word, naming it alone', async () => {
    await expect(open().embedDocuments(['alpha', 'zzz qqq', 'beta'])).rejects.toMatchObject({
      code: 'EMBED_INPUT_REFUSED',
      facts: { indexes: [1] },
    });
  });

  test('says which file is missing, which model is, and which dimensions there are not', async () => {
    await writeStaticModel(path.join(folder, 'half'), vectors);
    await rm(path.join(folder, 'half', 'tokenizer.json'));
    await expect(open(undefined, 'half').describe()).rejects.toMatchObject({
      code: 'MODEL_INVALID',
      facts: { missing: ['tokenizer.json'] },
    });
    await expect(open(undefined, 'absent').describe()).rejects.toMatchObject({
      code: 'MODEL_UNAVAILABLE',
      hint: 'cutover models pull absent',
    });
    await expect(open(99).describe()).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
  });

  test('refuses a model file that is cut short', async () => {
    await writeStaticModel(path.join(folder, 'torn'), vectors);
    await writeFile(path.join(folder, 'torn', 'model.safetensors'), Buffer.from([9, 0, 0, 0, 0, 0, 0, 0, 123]));
    await expect(open(undefined, 'torn').describe()).rejects.toMatchObject({ code: 'MODEL_INVALID' });
  });

  test('is the same embedder after its folder has moved', async () => {
    const byName = await open().describe();
    expect(await open(undefined, path.join(folder, 'tiny')).describe()).toEqual(byName);
  });
});

describe('openai embedder', () => {
  let faulty: EmbeddingsServer;
  beforeEach(async () => {
    faulty = await startEmbeddingsServer();
  });
  afterEach(() => faulty.close());
  const open = async () => {
    const embedder = openEmbedder(openAiSpec(faulty.baseUrl), environment({ TEST_KEY: 'secret' }));
    await embedder.describe();
    return embedder;
  };

  test('takes the served model name for its revision, and sends the key', async () => {
    const embedder = await open();
    expect(await embedder.describe()).toMatchObject({ revision: 'tiny-served', dimensions: 8, truncation: 'refuse' });
    expect(faulty.requests[0]?.authorization).toBe('Bearer secret');
  });

  test('reads floats and base64 alike, whichever the server sends, and puts answers in order', async () => {
    const embedder = await open();
    const expected = await embedder.embedDocuments(['alpha', 'beta', 'gamma']);
    for (const fault of [{ kind: 'format', format: 'base64' }, { kind: 'reordered' }] as const) {
      faulty.fail(fault);
      expect(await embedder.embedDocuments(['alpha', 'beta', 'gamma'])).toEqual(expected);
    }
  });

  test.each(['null', 'zero', 'wrong-length', 'fewer', 'repeated-index'] as const)(
    'refuses an answer that is %s',
    async (kind) => {
      const embedder = await open();
      faulty.fail({ kind });
      await expect(embedder.embedDocuments(['alpha', 'beta'])).rejects.toMatchObject({ code: 'EMBED_REPLY_INVALID' });
    },
  );

  test('tries again after 429, 500 and a broken connection, as long as the server asks', async () => {
    const embedder = await open();
    const faults: readonly Fault[] = [
      { kind: 'status', status: 429, headers: { 'retry-after-ms': '20' } },
      { kind: 'status', status: 500, headers: { 'retry-after': '0' } },
      { kind: 'hang-up' },
    ];
    for (const fault of faults) {
      faulty.fail(fault);
      expect(await embedder.embedDocuments(['alpha'])).toHaveLength(1);
    }
  });

  test.each([
    [
      { kind: 'status', status: 429, headers: { 'retry-after': '120' } },
      { code: 'EMBED_RATE_LIMITED', retryable: true, retryAfterMs: 120_000 },
    ],
    [
      { kind: 'status', status: 429, code: 'insufficient_quota' },
      { code: 'QUOTA_EXCEEDED', retryable: false },
    ],
    [
      { kind: 'status', status: 401 },
      // A worker reads its variables once: a key exported after it started is not seen.
      {
        code: 'AUTH_FAILED',
        retryable: false,
        hint: 'Check the environment variable TEST_KEY. A running worker sees it only after `cutover down && cutover up`.',
      },
    ],
    [
      { kind: 'status', status: 503, headers: { 'retry-after': '60' } },
      { code: 'EMBED_UNAVAILABLE', retryable: true },
    ],
    [
      { kind: 'status', status: 404 },
      { code: 'MODEL_INVALID', retryable: false },
    ],
  ] as const)('gives up on %j with its own code', async (fault, expected) => {
    const embedder = await open();
    faulty.fail(fault, true);
    await expect(embedder.embedDocuments(['alpha'])).rejects.toMatchObject(expected);
  });

  test('waits as long as a server asks for by an HTTP date', async () => {
    const embedder = await open();
    const inThreeSeconds = new Date(Date.now() + 3_000).toUTCString();
    faulty.fail({ kind: 'status', status: 429, headers: { 'retry-after': inThreeSeconds } });
    const began = performance.now();
    expect(await embedder.embedDocuments(['alpha'])).toHaveLength(1);
    // A date has whole seconds: up to one is lost.
    expect(performance.now() - began).toBeGreaterThan(1_500);
    expect(performance.now() - began).toBeLessThan(6_000);
  });

  test('says which variable is missing before it asks anybody', async () => {
    const spec = { ...openAiSpec(faulty.baseUrl), baseUrl: undefined };
    await expect(openEmbedder(spec as EmbedderSpec, environment()).describe()).rejects.toMatchObject({
      code: 'AUTH_FAILED',
      message: 'The environment variable TEST_KEY is not set',
      hint: 'export TEST_KEY=… . A running worker sees it only after `cutover down && cutover up`.',
    });
  });

  test('finds the texts a server refuses by halving, and names them alone', async () => {
    const embedder = await open();
    faulty.refuse('poison');
    const texts = Array.from({ length: 40 }, (_, index) => (index === 7 || index === 31 ? 'poison' : `text ${index}`));
    await expect(embedder.embedDocuments(texts)).rejects.toMatchObject({
      code: 'EMBED_INPUT_REFUSED',
      facts: { indexes: [7, 31] },
    });
    expect(faulty.requests.length).toBeLessThan(30);
  });

  test('takes special tokens in a text for text', async () => {
    const embedder = await open();
    expect((await embedder.countTokens(['<|endoftext|>']))[0]).toBeGreaterThan(1);
    expect(await embedder.embedDocuments(['say <|endoftext|> aloud'])).toHaveLength(1);
  });

  test('blames the configuration, not the texts, when a plain request is refused', async () => {
    faulty.fail({ kind: 'status', status: 400 }, true);
    await expect(open()).rejects.toMatchObject({ code: 'MODEL_INVALID' });
  });
});
