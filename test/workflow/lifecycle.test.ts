import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createFileJudgements } from '../../src/adapters/judgements/index.js';
import { createMemoryRegistry } from '../../src/adapters/memory/create-memory-registry.js';
import { MemoryVectorStore } from '../../src/adapters/memory/vector-store.js';
import { createToolbox } from '../../src/adapters/toolbox.js';
import { workflowIds, type FlipResult, type ReindexInput, type ReindexResult } from '../../src/contracts/workflows.js';
import { DEFAULT_GATE } from '../../src/domain/gate/policy.js';
import { aliasName, indexName } from '../../src/domain/ids.js';
import type { IndexSpec } from '../../src/domain/index-spec.js';
import type { JsonObject } from '../../src/domain/json.js';
import type { Ports } from '../../src/ports/index.js';
import { runWorker } from '../../src/worker.js';
import { bundleWorkflows } from '../../scripts/bundle-workflows.js';
import { failureOf, isolate, startLocal, type WorkflowEnv } from './workflow-env.js';

/** Every document has words of its own, and a query asks for one of them. */
const DOCUMENTS = 80;

const { index, queues } = isolate();
const name = indexName(index);
const stopping = new AbortController();

let server: WorkflowEnv;
let folder: string;
let ports: Ports;
let working: Promise<void>;

beforeAll(async () => {
  server = await startLocal();
  folder = await mkdtemp(path.join(tmpdir(), 'cutover-lifecycle-'));
  await writeCorpus(1);
  await writeJudgements();
  ports = {
    ...createMemoryRegistry(),
    vectors: new MemoryVectorStore(),
    toolbox: createToolbox({ modelFolders: [], environment: {} }),
    judgements: createFileJudgements(),
  };
  const bundlePath = path.join(folder, 'bundle.js');
  await bundleWorkflows(bundlePath);
  const ready = new Promise<void>((resolve, reject) => {
    const worker = { address: server.env.address, namespace: 'default', ports, queue: 'all', queues } as const;
    working = runWorker({ ...worker, bundlePath, signal: stopping.signal, onReady: resolve });
    working.catch(reject);
  });
  await ready;
});

afterAll(async () => {
  stopping.abort();
  await working;
  await ports.toolbox.close();
  await server.env.teardown();
  await rm(folder, { recursive: true, force: true });
});

const words = (at: number): string => ['alpha', 'beta', 'gamma', 'delta'].map((word) => `${word}${at}`).join(' ');

async function writeCorpus(edition: number): Promise<void> {
  const lines = Array.from({ length: DOCUMENTS }, (_, at) =>
    JSON.stringify({ _id: `d${at}`, title: '', text: `${words(at)} edition${edition} about something or other` }),
  );
  await writeFile(path.join(folder, 'corpus.jsonl'), `${lines.join('\n')}\n`);
}

async function writeJudgements(): Promise<void> {
  const all = Array.from({ length: DOCUMENTS }, (_, at) => at);
  const queries = all.map((at) => JSON.stringify({ _id: `q${at}`, text: words(at) }));
  const qrels = ['query-id\tcorpus-id\tscore', ...all.map((at) => `q${at}\td${at}\t1`)];
  await writeFile(path.join(folder, 'queries.jsonl'), `${queries.join('\n')}\n`);
  await writeFile(path.join(folder, 'qrels.tsv'), `${qrels.join('\n')}\n`);
}

const specWith = (dimensions: number): IndexSpec => ({
  index: name,
  alias: aliasName(index),
  source: { kind: 'jsonl', path: path.join(folder, 'corpus.jsonl') },
  chunker: { kind: 'whole', embedTitle: false },
  embedder: { kind: 'hashing', dimensions, seed: 1 },
  collection: { distance: 'Cosine', onDisk: false, quantization: 'none' },
  evaluation: { queries: path.join(folder, 'queries.jsonl'), qrels: path.join(folder, 'qrels.tsv') },
  gate: DEFAULT_GATE,
  rollout: { approval: 'auto', decisionHours: 72, rollbackWindowHours: 24 },
  limits: { maxDocumentBytes: 1_000_000, deleteAfterMisses: 1, maxDeleteShare: 0.2, maxQuarantineShare: 0.01 },
});

async function reindex(dimensions: number): Promise<ReindexResult> {
  const configHash = `dimensions ${dimensions}`;
  const config = specWith(dimensions) as unknown as JsonObject;
  await ports.registry.putIndex({ index: name, alias: aliasName(index), config, configHash, actor: 'ann' });
  const input: ReindexInput = { index, configHash, startedBy: 'ann', queues, approve: false };
  return (await server.env.client.workflow.execute('reindex', {
    workflowId: workflowIds.reindex(index),
    taskQueue: queues.main,
    args: [input],
  })) as ReindexResult;
}

const rollBack = (acceptStale = false): Promise<FlipResult> =>
  server.env.client.workflow.execute('rollBack', {
    workflowId: workflowIds.promotion(index),
    taskQueue: queues.main,
    args: [{ index, actor: 'ann', acceptStale, bareAliasOnly: false, overrideHold: null, queues }],
  });

const served = () => ports.vectors.resolveAlias(aliasName(index));

describe('an index, with a real worker on a prebuilt bundle and ports in memory', () => {
  test('its first version is built, verified and, under auto, goes live', async () => {
    const result = await reindex(64);
    expect(result).toMatchObject({
      outcome: 'promoted',
      version: 1,
      verdict: null,
      documents: DOCUMENTS,
      state: 'live',
    });
    expect(await served()).toBe(`${index}_v1`);
  });

  test('lists and dashboards find it by index, version and phase', async () => {
    const { typedSearchAttributes } = await server.env.client.workflow.getHandle(workflowIds.reindex(index)).describe();
    const found = Object.fromEntries(typedSearchAttributes.getAll().map(({ key, value }) => [key.name, value]));
    expect(found).toMatchObject({ CutoverIndex: index, CutoverVersion: 1, CutoverPhase: 'done' });
  });

  test('a second run has nothing to do and embeds nothing', async () => {
    expect(await reindex(64)).toMatchObject({ outcome: 'nothing-to-do', version: 1, embedded: 0 });
  });

  test('changed documents are caught up in the live version', async () => {
    await writeCorpus(2);
    expect(await reindex(64)).toMatchObject({ outcome: 'refreshed', version: 1, embedded: DOCUMENTS });
  });

  test('another embedder gets a version of its own, passes the gate and takes the alias over', async () => {
    const result = await reindex(256);
    expect(result).toMatchObject({ outcome: 'promoted', version: 2, verdict: 'PASS', promoted: true });
    expect(await served()).toBe(`${index}_v2`);
    expect(await ports.registry.index(name)).toMatchObject({ live: 2, previous: 1 });
  });

  test('a worse one fails the gate, is rejected, and the alias stays', async () => {
    expect(await reindex(8)).toMatchObject({ outcome: 'rejected', version: 3, verdict: 'FAIL', promoted: false });
    expect(await served()).toBe(`${index}_v2`);
  });

  test('a rollback goes back, and another one forward again', async () => {
    expect(await rollBack()).toMatchObject({ from: 2, to: 1 });
    expect(await served()).toBe(`${index}_v1`);
    expect(await rollBack()).toMatchObject({ from: 1, to: 2 });
    expect(await served()).toBe(`${index}_v2`);
  });

  test('a rollback that would lose changes is refused, unless they are accepted; then they are caught up', async () => {
    await writeCorpus(3);
    await reindex(256);
    expect(await failureOf(rollBack())).toBe('ROLLBACK_REFUSED');
    expect(await served()).toBe(`${index}_v2`);
    expect(await rollBack(true)).toMatchObject({ from: 2, to: 1 });
    const { head } = await ports.log.state(name);
    await expect
      .poll(async () => (await ports.registry.version({ index: name, number: 1 }))?.watermark, { timeout: 10_000 })
      .toBe(head);
  });

  test('an alias that somebody else moved is put back by the reconciler', async () => {
    const live = await served();
    await ports.vectors.pointAlias(aliasName(index), (await ports.vectors.listCollections())[1]!);
    await expect.poll(served, { timeout: 15_000 }).toBe(live);
  });
});
