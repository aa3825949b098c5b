import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setImmediate as breathe } from 'node:timers/promises';
import { QdrantClient } from '@qdrant/js-client-rest';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CutoverClient } from '../../src/client/index.js';
import { TASK_QUEUES, workflowIds, type FlipResult, type RollBackInput } from '../../src/contracts/workflows.js';
import { connectTemporal } from '../../src/temporal-client.js';
import { openWorkplace, type Workplace } from '../support/cli.js';
import { topicsYaml, writeTopics } from '../support/topics.js';

/** The promise is 100 flips; a quick run does fewer. */
const FLIPS = Number(process.env['CUTOVER_FLIPS'] ?? 6);
const CLIENTS = 4;
const QUERIES = 40;

interface Tally {
  answers: number;
  failed: number;
  mixed: number;
}

/** An answer and the version that gave it, as one comparable string. */
type Ask = (query: number) => Promise<{ readonly version?: number; readonly answer: string }>;

describe('flips under queries', () => {
  let place: Workplace;
  let flip: () => Promise<FlipResult>;
  let closeTemporal: () => Promise<void>;
  const urls: Record<string, string> = {};

  const configure = (yaml: string) => writeFile(path.join(place.folder, 'cutover.yaml'), yaml);
  const goLive = async (yaml: string) => {
    await configure(yaml);
    const { result } = await place.cutover('reindex', 'docs', '--yes', '--approve');
    if (result['promoted'] !== true) {
      const approved = await place.cutover('approve', 'docs', '--override', '--reason', 'the test wants both versions');
      expect(approved.result).toMatchObject({ promoted: true });
    }
  };

  beforeAll(async () => {
    place = await openWorkplace();
    await writeTopics(place.folder, 300, 100);
    const { result } = await place.cutover('up');
    for (const { name, url } of result['services'] as { name: string; url: string }[]) urls[name] = url;
    const temporalAddress = urls['temporal']?.replace(/^\w+:\/\//, '') ?? '';
    const { client, close } = await connectTemporal({ temporalAddress }, 'default');
    closeTemporal = close;
    const input: RollBackInput = {
      index: 'docs',
      actor: 'test',
      acceptStale: false,
      bareAliasOnly: false,
      overrideHold: null,
      queues: TASK_QUEUES,
    };
    flip = async () => {
      const handle = await client.workflow.start<(input: RollBackInput) => Promise<FlipResult>>('rollBack', {
        workflowId: workflowIds.promotion('docs'),
        taskQueue: TASK_QUEUES.main,
        args: [input],
      });
      return handle.result();
    };
    await goLive(topicsYaml(64, 'required'));
    await goLive(
      topicsYaml(64, 'required').replace('{ kind: whole }', '{ kind: tokens, maxTokens: 8, overlapTokens: 0 }'),
    );
  }, 180_000);

  afterAll(async () => {
    await closeTemporal();
    await place.leave();
  });

  /** Clients ask without pause while the alias goes to and fro; every answer must be exactly one version's. */
  async function underLoad(
    ask: Ask,
    known: (version: number | undefined, query: number) => readonly string[],
  ): Promise<Tally> {
    const tally: Tally = { answers: 0, failed: 0, mixed: 0 };
    let flipping = true;
    const clients = Array.from({ length: CLIENTS }, async (_, client) => {
      for (let turn = client; flipping; turn += 1) {
        const query = turn % QUERIES;
        try {
          const { version, answer } = await ask(query);
          if (!known(version, query).includes(answer)) tally.mixed += 1;
        } catch {
          tally.failed += 1;
        }
        tally.answers += 1;
        await breathe();
      }
    });
    const ends = new Set<number>();
    for (let count = 0; count < FLIPS; count += 1) ends.add((await flip()).to);
    flipping = false;
    await Promise.all(clients);
    expect(ends.size).toBe(2);
    return tally;
  }

  test(
    'the bare alias of two versions of one embedder: nothing failed, nothing mixed',
    { timeout: 600_000 },
    async () => {
      const qdrant = new QdrantClient({
        url: urls['vectors'],
        checkCompatibility: false,
        headers: { 'accept-encoding': 'identity' },
      });
      const { config } = (await qdrant.getCollection('docs_v1')) as {
        config: { params: { vectors: Record<string, unknown> } };
      };
      const using = Object.keys(config.params.vectors)[0] as string;
      const vectors = await queryVectors(qdrant, using);
      const search = async (collection: string, query: number) => {
        const { points } = await qdrant.query(collection, {
          query: vectors[query],
          using,
          limit: 5,
          with_payload: ['doc_id'],
        });
        return JSON.stringify(points.map(({ id, score }) => [id, score]));
      };
      const expected = await Promise.all(
        vectors.map(async (_, query) => [await search('docs_v1', query), await search('docs_v2', query)]),
      );
      expect(expected.every(([one, two]) => one !== two)).toBe(true);

      const tally = await underLoad(
        async (query) => ({ answer: await search('docs', query) }),
        (_, query) => expected[query] ?? [],
      );
      expect(tally).toMatchObject({ failed: 0, mixed: 0 });
      expect(tally.answers).toBeGreaterThan(FLIPS * 10);
    },
  );

  test('the client over two embedders: nothing failed, nothing mixed', { timeout: 600_000 }, async () => {
    await goLive(topicsYaml(256, 'required'));
    const client = new CutoverClient({ url: urls['gateway'] as string, index: 'docs' });
    const texts = await queryTexts(place.folder);
    const search = async (query: number, version?: number) => {
      const answer = await client.search({ query: texts[query] as string, topK: 5, ...(version && { version }) });
      return {
        version: answer.version,
        answer: JSON.stringify([answer.collection, answer.hits.map((hit) => [hit.docId, hit.chunk, hit.score])]),
      };
    };
    const expected = new Map<string, string>();
    for (const version of [2, 3]) {
      for (let query = 0; query < QUERIES; query += 1)
        expected.set(`${version}/${query}`, (await search(query, version)).answer);
    }

    const tally = await underLoad(
      (query) => search(query),
      (version, query) => [expected.get(`${version}/${query}`) ?? 'unknown version'],
    );
    expect(tally).toMatchObject({ failed: 0, mixed: 0 });
    expect(tally.answers).toBeGreaterThan(FLIPS * 10);
  });
});

/** Vectors of stored points serve as queries: they need no encoder. */
async function queryVectors(qdrant: QdrantClient, using: string): Promise<readonly number[][]> {
  const { points } = await qdrant.scroll('docs_v1', { limit: QUERIES, with_vector: [using], with_payload: false });
  return points.map(({ vector }) => (vector as Record<string, number[]>)[using] as number[]);
}

async function queryTexts(folder: string): Promise<readonly string[]> {
  const lines = (await readFile(path.join(folder, 'queries.jsonl'), 'utf8')).trim().split('\n');
  return lines.slice(0, QUERIES).map((line) => (JSON.parse(line) as { text: string }).text);
}
