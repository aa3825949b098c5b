import path from 'node:path';
import { tmpdir } from 'node:os';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { openChunker } from '../../src/adapters/chunkers/index.js';
import { openEmbedder } from '../../src/adapters/embedders/index.js';
import { createMemoryRegistry } from '../../src/adapters/memory/create-memory-registry.js';
import { MemoryVectorStore } from '../../src/adapters/memory/vector-store.js';
import { findModel } from '../../src/adapters/models/find-model.js';
import { openSource } from '../../src/adapters/sources/index.js';
import { modelFolders } from '../../src/config/folders.js';
import { readEnvironment } from '../../src/config/index.js';
import { DEFAULT_GATE } from '../../src/domain/gate/policy.js';
import { aliasName, indexName } from '../../src/domain/ids.js';
import type { ChunkerSpec, EmbedderSpec, IndexSpec } from '../../src/domain/index-spec.js';
import type { Embedder } from '../../src/ports/embedder.js';
import type { Ports } from '../../src/ports/index.js';
import { applySlice } from '../../src/use-cases/catch-up/apply-slice.js';
import { advanceWatermark } from '../../src/use-cases/catch-up/advance-watermark.js';
import { beginCatchUp } from '../../src/use-cases/catch-up/begin-catch-up.js';
import { planRound } from '../../src/use-cases/catch-up/plan-round.js';
import { createVersion } from '../../src/use-cases/plan/create-version.js';
import { scanCorpus } from '../../src/use-cases/scan/scan-corpus.js';
import { verifyVersion } from '../../src/use-cases/verify/verify-version.js';
import { watchLoop, type Watched } from './watch-loop.js';
import { writeGenerated } from './workplace.js';

const STATIC: EmbedderSpec = { kind: 'static', model: 'wordllama-256', dimensions: 256 };
const HASHING: EmbedderSpec = { kind: 'hashing', dimensions: 256, seed: 1 };
const MARKDOWN: ChunkerSpec = {
  kind: 'markdown',
  maxTokens: 256,
  overlapTokens: 32,
  embedTitle: true,
  embedHeading: true,
};

interface Row {
  readonly title: string;
  readonly text: string;
}

/**
 * Scan, chunk, embed, apply and verify in one process over memory adapters: documents for each second of CPU, and the
 * longest pause of the event loop. CPU time, because it is the same on a busy machine; so is the ratio.
 */
export async function benchPipeline(documents = 2_000): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), 'cutover-bench-'));
  try {
    await writeGenerated(folder, documents, 150);
    const folders = modelFolders(readEnvironment(process.env));
    for (const embedder of [HASHING, ...(isThere(folders) ? [STATIC] : [])])
      for (const chunker of [{ kind: 'whole', embedTitle: true } as const, MARKDOWN])
        await benchOne({ corpus: path.join(folder, 'corpus.jsonl'), embedder, chunker, folders });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const isThere = (folders: readonly string[]): boolean =>
  STATIC.kind === 'static' && findModel(STATIC.model, folders) !== undefined;

interface Setup {
  readonly corpus: string;
  readonly embedder: EmbedderSpec;
  readonly chunker: ChunkerSpec;
  readonly folders: readonly string[];
}

async function benchOne({ corpus, embedder: embedderSpec, chunker: chunkerSpec, folders }: Setup): Promise<void> {
  console.log(`\n${embedderSpec.kind}, ${chunkerSpec.kind}`);
  const rows = (await readFile(corpus, 'utf8'))
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Row);
  const show = (stage: string, { cpuMs, pauseMs, pauseCpuMs }: Watched<unknown>) => {
    const rate = cpuMs === 0 ? '' : `${Math.round((rows.length / cpuMs) * 1_000)} documents/s`;
    console.log(
      `  ${stage.padEnd(12)} ${rate.padStart(20)}   longest pause ${pauseMs.toFixed(0)} ms (${pauseCpuMs.toFixed(0)} ms CPU)`,
    );
  };
  const open = () => openEmbedder(embedderSpec, { modelFolders: folders, environment: process.env });
  const alone = open();
  show('load', { ...(await watchLoop(() => alone.describe())), cpuMs: 0 });

  const chunker = openChunker(chunkerSpec, alone);
  const chunked = await watchLoop(async () => {
    const texts: string[] = [];
    for (const { title, text } of rows)
      for (const chunk of await chunker.chunk({ text, prepend: `${title} ` })) texts.push(`${title} ${chunk.text}`);
    return texts;
  });
  show('chunk', chunked);
  const bareEmbedder = open();
  await bareEmbedder.describe();
  const bare = await watchLoop(() => embedAll(bareEmbedder, chunked.result));
  show('embed alone', bare);

  const { ports, spec } = await openWorld({ corpus, embedder: embedderSpec, chunker: chunkerSpec, folders }, open());
  show('scan', await watchLoop(() => scanCorpus(ports, spec)));
  const key = await createVersion(ports, spec, { startedBy: 'bench' });
  const applied = await watchLoop(() => build(ports, key));
  show('applySlice', applied);
  show('verify', await watchLoop(() => verifyVersion(ports, key, { mode: 'full' })));
  console.log(`  applySlice costs ${(applied.cpuMs / bare.cpuMs).toFixed(2)} times the CPU of embedding alone`);
}

async function embedAll(embedder: Embedder, texts: readonly string[]): Promise<void> {
  for (let at = 0; at < texts.length; at += embedder.batchTexts)
    await embedder.embedDocuments(texts.slice(at, at + embedder.batchTexts));
}

async function build(ports: Ports, key: Parameters<typeof beginCatchUp>[1]): Promise<void> {
  const { writer } = await beginCatchUp(ports, key);
  const { head } = await ports.log.state(key.index);
  for (const slice of await planRound(ports, { key, to: head, limit: 10_000 })) {
    await applySlice(ports, { key, writer, slice });
    await advanceWatermark(ports, { key, writer, to: slice.to });
  }
}

async function openWorld(
  setup: Setup,
  embedder: Embedder,
): Promise<{ readonly ports: Ports; readonly spec: IndexSpec }> {
  const spec: IndexSpec = {
    index: indexName('docs'),
    alias: aliasName('docs'),
    source: { kind: 'jsonl', path: setup.corpus },
    chunker: setup.chunker,
    embedder: setup.embedder,
    collection: { distance: 'Cosine', onDisk: false, quantization: 'none' },
    gate: DEFAULT_GATE,
    rollout: { approval: 'auto', decisionHours: 72, rollbackWindowHours: 24 },
    limits: { maxDocumentBytes: 50_000_000, deleteAfterMisses: 1, maxDeleteShare: 1, maxQuarantineShare: 1 },
  };
  const ports: Ports = {
    ...createMemoryRegistry(),
    vectors: new MemoryVectorStore(),
    toolbox: { source: openSource, chunker: openChunker, embedder: () => embedder, close: async () => {} },
    judgements: { load: () => Promise.reject(new Error('a bench judges nothing')) },
  };
  await ports.registry.putIndex({ index: spec.index, alias: spec.alias, config: {}, configHash: '0', actor: 'bench' });
  return { ports, spec };
}
