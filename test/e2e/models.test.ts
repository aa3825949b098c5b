import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PROBE_TEXTS } from '../../src/domain/version/probes.js';
import { openWorkplace, type Workplace } from '../support/cli.js';
import { startEmbeddingsServer, type EmbeddingsServer, type Fault } from '../support/embeddings-server.js';
import { writeOnnxModel } from '../support/onnx-model.js';
import { topicDocument, writeTopics } from '../support/topics.js';

const DOCUMENTS = 600;
/** Stands in one document of the second half, and nowhere else. */
const LATE_WORD = (JSON.parse(topicDocument(550)) as { title: string }).title;

/** Real embedders on a real stack; each test stands on what the one before it left. */
describe('building with a server that speaks /v1/embeddings', () => {
  let place: Workplace;
  let server: EmbeddingsServer;

  const configure = (model: string) =>
    writeFile(
      path.join(place.folder, 'cutover.yaml'),
      `indexes:
  docs:
    source:     { kind: jsonl, path: ./corpus.jsonl }
    chunker:    { kind: whole }
    embedder:   { kind: openai, model: ${model}, baseUrl: "${server.baseUrl}" }
    evaluation: { queries: ./queries.jsonl, qrels: ./qrels.tsv }
    rollout:    { approval: auto }
  keyless:
    source:     { kind: jsonl, path: ./corpus.jsonl }
    embedder:   { kind: openai, model: text-embedding-3-small, apiKeyEnv: NO_SUCH_KEY }
  local:
    source:     { kind: jsonl, path: ./corpus.jsonl }
    chunker:    { kind: whole }
    embedder:   { kind: transformers, model: "${place.folder}/tiny", dtype: fp32 }
    rollout:    { approval: auto }
`,
    );
  const status = async () => (await place.cutover('status', 'docs')).result;
  /** Texts of documents that were sent, each as often as it was. */
  const sentSince = (request: number) =>
    server.requests.slice(request).flatMap(({ input }) => input.filter((text) => text.includes('edition')));

  beforeAll(async () => {
    [place, server] = await Promise.all([openWorkplace(), startEmbeddingsServer()]);
    await writeTopics(place.folder, DOCUMENTS, 60);
    await configure('first');
    await place.cutover('up');
  }, 120_000);
  afterAll(async () => {
    await place.leave();
    await server.close();
  });

  test('a storm of 429 is waited out as the server asks, and nothing is sent twice', { timeout: 120_000 }, async () => {
    server.fail({ kind: 'status', status: 429, headers: { 'retry-after': '1' } }, 4, LATE_WORD);
    const { exitCode, result } = await place.cutover('reindex', 'docs', '--yes');
    expect({ exitCode, ...result }).toMatchObject({ exitCode: 0, state: 'live', embedded: DOCUMENTS, quarantined: 0 });
    const [word = ''] = LATE_WORD.split(' ');
    expect(server.requests.filter(({ input }) => input.some((text) => text.includes(word))).length).toBe(5);
    const found = await place.cutover('search', 'docs', LATE_WORD);
    expect(found.result).toMatchObject({ ok: true, version: 1 });
  });

  test.each<[string, Fault, string, RegExp]>([
    ['NaN', { kind: 'null' }, 'EMBED_REPLY_INVALID', /server/],
    ['too few vectors', { kind: 'fewer' }, 'EMBED_REPLY_INVALID', /server/],
    ['vectors of another length', { kind: 'wrong-length' }, 'EMBED_REPLY_INVALID', /server/],
    ['401 half way', { kind: 'status', status: 401 }, 'AUTH_FAILED', /cutover down && cutover up/],
  ])('%s ends the build with a code and a next step; the alias does not move', { timeout: 120_000 }, async (...of) => {
    const [, fault, code, hint] = of;
    await configure('second');
    server.fail(fault, true, LATE_WORD);
    const { exitCode, result } = await place.cutover('reindex', 'docs', '--yes');
    expect({ exitCode, ...result }).toMatchObject({ exitCode: 1, type: 'error', code });
    expect(result['hint']).toMatch(hint);
    const { live, candidate, versions } = await status();
    expect({ live, candidate }).toEqual({ live: 1, candidate: null });
    expect((versions as object[]).at(-1)).toMatchObject({ version: 2, state: 'failed' });
  });

  test(
    'once the server is well, the same version is finished with only what is missing',
    { timeout: 120_000 },
    async () => {
      server.heal();
      const before = server.requests.length;
      const already = new Set(sentSince(0).filter((text) => !text.includes(LATE_WORD)));
      const { exitCode, result } = await place.cutover('reindex', 'docs', '--yes');
      expect({ exitCode, ...result }).toMatchObject({ exitCode: 0, version: 2, verdict: 'PASS', state: 'live' });
      expect(already.size).toBeGreaterThan(0);
      expect(sentSince(before).length).toBeLessThan(DOCUMENTS / 2 + 1);
      const { result: verified } = await place.cutover('verify', 'docs');
      expect(verified).toMatchObject({
        ok: true,
        version: 2,
        expected: DOCUMENTS,
        missing: 0,
        extra: 0,
        mismatched: 0,
      });
    },
  );

  test('a key that is not there is named, with what a running worker needs', { timeout: 60_000 }, async () => {
    const { exitCode, result } = await place.cutover('reindex', 'keyless', '--yes');
    expect({ exitCode, ...result }).toMatchObject({ exitCode: 1, code: 'AUTH_FAILED' });
    expect(result['message']).toMatch(/NO_SUCH_KEY is not set/);
    expect(result['hint']).toMatch(/cutover down && cutover up/);
  });

  test('an ONNX model is run by the built package, in processes of its own', { timeout: 120_000 }, async () => {
    // The model has to know a word of each probe text, too.
    const words = [topicDocument(0), ...PROBE_TEXTS].flatMap((text) => text.toLowerCase().match(/\p{L}+/gu) ?? []);
    const rows = words.map((word, at) => [word, [1, at, at % 3, at % 5]] as const);
    await writeOnnxModel(path.join(place.folder, 'tiny'), Object.fromEntries(rows));
    await writeFile(
      path.join(place.folder, 'corpus.jsonl'),
      topicDocument(0) + topicDocument(0).replace('doc-0', 'again'),
    );
    const { exitCode, result } = await place.cutover('reindex', 'local', '--yes');
    expect({ exitCode, ...result }).toMatchObject({ exitCode: 0, state: 'live', documents: 2, quarantined: 0 });
    const found = await place.cutover('search', 'local', 'edition');
    expect((found.result['hits'] as object[]).length).toBe(2);
  });
});
