import { DEFAULT_GATE, type GatePolicy } from '../../../../src/domain/gate/policy.js';
import { collectionName, docId, indexName, vectorName, type DocId } from '../../../../src/domain/ids.js';
import type { IndexVersion } from '../../../../src/domain/version/version.js';
import type { ComparisonRecord } from '../../../../src/ports/comparison-store.js';
import type { GoldenSet } from '../../../../src/ports/judgements.js';
import type { VectorQuery } from '../../../../src/ports/vector-store.js';
import type { ComparePorts } from '../../../../src/use-cases/compare/compare-request.js';

/** One chunk of an answer: its document and its score. */
export type Answer = readonly (readonly [doc: string, score: number])[];

/** A small world of two versions whose every answer is written down by the test. */
export interface World {
  /** Chunks a collection answers query `n` with, best first. */
  answer: (collection: string, n: number) => Answer;
  /** What approximate search answers with; undefined for a store that only searches exactly. */
  approximate?: (collection: string, n: number) => Answer;
  golden: GoldenSet;
  hasEvaluation: boolean;
  gate: Partial<GatePolicy>;
  documents: Set<string>;
  head: number;
  freezeOwner: string | undefined;
  watermarks: Record<number, number>;
  verified: Record<number, number | undefined>;
  quarantined: Record<number, readonly string[]>;
  chunksPerDocument: number;
  /** Runs before each search, to let something happen meanwhile. */
  beforeSearch: () => void;
  readonly records: Map<string, ComparisonRecord>;
  readonly runs: Map<string, { live?: string; candidate: string }>;
  readonly notes: unknown[];
  readonly limits: number[];
}

export const docs = indexName('docs');
export const request = { index: docs, live: 1, candidate: 2, frozenHead: 9, freezeOwner: 'us' } as const;

/** `queries` queries "query 1" …, each with the one relevant document "d1" …. */
export function goldenSet(queries: number): GoldenSet {
  const numbers = Array.from({ length: queries }, (_, index) => index + 1);
  return {
    queries: numbers.map((n) => ({ id: `q${n}`, text: `query ${n}`, metadata: {} })),
    qrels: new Map(numbers.map((n) => [`q${n}`, new Map([[docId(`d${n}`), 1]])])),
    pinned: [],
    digest: `${queries}`.padStart(64, '0'),
  };
}

export function createWorld(overrides: Partial<World> = {}): World {
  return {
    answer: (_, n) => [[`d${n}`, 0.9]],
    golden: goldenSet(60),
    hasEvaluation: true,
    gate: {},
    documents: new Set(Array.from({ length: 200 }, (_, index) => `d${index + 1}`)),
    head: 9,
    freezeOwner: 'us',
    watermarks: { 1: 9, 2: 9, 3: 9 },
    verified: { 1: 5, 2: 9, 3: 9 },
    quarantined: {},
    chunksPerDocument: 1,
    beforeSearch: () => {},
    records: new Map(),
    runs: new Map(),
    notes: [],
    limits: [],
    ...overrides,
  };
}

/** Just what the comparison uses of each port. */
export function portsOf(world: World): ComparePorts {
  const ports = {
    registry: {
      now: async () => '2026-01-01T00:00:00.000Z',
      version: async ({ number }: { number: number }) => (number <= 3 ? versionOf(world, number) : undefined),
      versions: async () => [1, 2, 3].map((number) => versionOf(world, number)),
      note: async (...note: unknown[]) => void world.notes.push(note),
    },
    vectors: vectorsOf(world),
    toolbox: { embedder: () => embedder, chunker: () => ({}) },
    comparisons: comparisonsOf(world),
    judgements: { load: async () => world.golden },
    log: {
      state: async () => ({
        index: docs,
        head: world.head,
        documents: world.documents.size,
        freeze: world.freezeOwner && { owner: world.freezeOwner, until: '' },
      }),
      documents: async (_: unknown, ids: readonly DocId[]) =>
        ids.filter((id) => world.documents.has(id)).map((id) => ({ id, kind: 'present' })),
    },
    ledger: {
      totals: async () => ({ documents: 100, chunks: 100 * world.chunksPerDocument, quarantined: 0 }),
      quarantined: async ({ number }: { number: number }) =>
        (world.quarantined[number] ?? []).map((id) => ({ docId: docId(id), quarantine: 'unreadable' })),
      entries: async ({ number }: { number: number }, ids: readonly DocId[]) =>
        new Map(
          ids.map((id) => [id, (world.quarantined[number] ?? []).includes(id) ? { quarantine: 'unreadable' } : {}]),
        ),
    },
  };
  return ports as unknown as ComparePorts;
}

function versionOf(world: World, number: number): IndexVersion {
  const version = {
    index: docs,
    number,
    collection: collectionName(`docs_v${number}`),
    vectorName: vectorName(`e-${number}`),
    identity: {
      embedder: { provider: 'hashing', model: 'hashing', dimensions: 1 },
      chunker: { kind: 'whole', parameters: {}, algorithm: 1, tokenizer: 't' },
      schema: { distance: 'Cosine' },
    },
    fingerprints: { embedder: `e${number}`, chunker: 'c', schema: 's', version: `f${number}` },
    probes: { texts: ['probe 1'], vectors: [[1]] },
    config: {
      index: 'docs',
      embedder: { kind: 'hashing', dimensions: 1, seed: number },
      gate: { ...DEFAULT_GATE, resamples: 500, ...world.gate },
      ...(world.hasEvaluation ? { evaluation: { queries: 'queries.jsonl', qrels: 'qrels.tsv' } } : {}),
    },
    watermark: world.watermarks[number],
    verifiedWatermark: world.verified[number],
  };
  return version as unknown as IndexVersion;
}

const encode = (text: string) => Float32Array.from([Number(text.split(' ')[1])]);
/** A text's vector is its number, so that the store knows what it is asked. */
const embedder = {
  embedQuery: async (text: string) => encode(text),
  embedDocuments: async (texts: readonly string[]) => texts.map(encode),
};

function vectorsOf(world: World) {
  const search = (collection: string, { vector, limit, exact }: VectorQuery) => {
    world.beforeSearch();
    const n = vector[0] ?? 0;
    const chunks = exact ? world.answer(collection, n) : (world.approximate ?? world.answer)(collection, n);
    return chunks.slice(0, limit).map(([doc, score], index) => ({
      id: `${doc}/${index}`,
      score,
      payload: { doc_id: doc },
    }));
  };
  return {
    describe: async () => ({ title: 'written down', version: '1', exact: world.approximate === undefined }),
    query: async (collection: string, query: VectorQuery) => search(collection, query),
    queryBatch: async (collection: string, queries: readonly VectorQuery[]) => {
      world.limits.push(queries[0]?.limit ?? 0);
      return queries.map((query) => search(collection, query));
    },
  };
}

function comparisonsOf(world: World) {
  return {
    seal: async (record: ComparisonRecord, runs: { live?: string; candidate: string }) => {
      // What a real store gives back has been through JSON.
      world.records.set(record.id, { ...record, report: JSON.parse(JSON.stringify(record.report)) });
      world.runs.set(record.id, runs);
    },
    get: async (id: string) => world.records.get(id),
    runs: async (id: string) => world.runs.get(id),
    latest: async (_: unknown, candidate: number) =>
      [...world.records.values()].findLast((record) => record.candidate === candidate),
    looks: async (_: unknown, fingerprint: string, goldenSet: string) =>
      [...world.records.values()].filter(
        (record) => `f${record.candidate}` === fingerprint && record.goldenSet === goldenSet,
      ).length,
  };
}
