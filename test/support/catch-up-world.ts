import { HashingEmbedder } from '../../src/adapters/embedders/hashing-embedder.js';
import { createMemoryRegistry } from '../../src/adapters/memory/create-memory-registry.js';
import { MemoryVectorStore } from '../../src/adapters/memory/vector-store.js';
import type { Chunk } from '../../src/domain/chunk/chunk.js';
import type { SourceDocument } from '../../src/domain/corpus/document.js';
import { DEFAULT_GATE } from '../../src/domain/gate/policy.js';
import { aliasName, docId, indexName } from '../../src/domain/ids.js';
import type { IndexSpec } from '../../src/domain/index-spec.js';
import type { Chunker } from '../../src/ports/chunker.js';
import type { Embedder, Tokenizer } from '../../src/ports/embedder.js';
import type { Ports } from '../../src/ports/index.js';
import { DocumentProblem, type Source } from '../../src/ports/source.js';
import type { StoredPoint } from '../../src/ports/vector-store.js';
import { applySlice, type SliceReport } from '../../src/use-cases/catch-up/apply-slice.js';
import { advanceWatermark } from '../../src/use-cases/catch-up/advance-watermark.js';
import { beginCatchUp } from '../../src/use-cases/catch-up/begin-catch-up.js';
import { planRound } from '../../src/use-cases/catch-up/plan-round.js';
import { createVersion } from '../../src/use-cases/plan/create-version.js';
import { scanCorpus } from '../../src/use-cases/scan/scan-corpus.js';
import type { ScanResult } from '../../src/domain/corpus/scan-result.js';

export const DIMENSIONS = 512;

export const baseSpec: IndexSpec = {
  index: indexName('docs'),
  alias: aliasName('docs'),
  source: { kind: 'files', root: '/memory', include: ['**'], exclude: [] },
  chunker: { kind: 'whole', embedTitle: false },
  embedder: { kind: 'hashing', dimensions: DIMENSIONS, seed: 1 },
  collection: { distance: 'Cosine', onDisk: false, quantization: 'none' },
  gate: DEFAULT_GATE,
  rollout: { approval: 'required', decisionHours: 72, rollbackWindowHours: 24 },
  limits: { maxDocumentBytes: 50_000_000, deleteAfterMisses: 1, maxDeleteShare: 1, maxQuarantineShare: 1 },
};

/** Documents in memory; a text of `undefined` is a document that cannot be read. */
export class MemorySource implements Source {
  readonly kind = 'memory';
  readonly documents = new Map<string, Omit<SourceDocument, 'id' | 'text'> & { readonly text: string | undefined }>();
  opened = 0;

  async *list(): ReturnType<Source['list']> {
    for (const [id, { text, ...rest }] of [...this.documents].sort(([a], [b]) => (a < b ? -1 : 1))) {
      const open = async (): Promise<SourceDocument> => {
        this.opened += 1;
        if (text === undefined) throw new DocumentProblem('cannot be read');
        return { id: docId(id), text, ...rest };
      };
      yield { id: docId(id), place: id, hint: JSON.stringify([text, rest]), open };
    }
  }

  async close(): Promise<void> {}
}

/** Hashing vectors, as dear as a remote embedder's, counted, and failing on demand. */
export class ScriptedEmbedder extends HashingEmbedder {
  override readonly cheap = false as true;
  readonly embedded: string[] = [];
  /** Called before each reply; may throw, or change it. */
  behave: (texts: readonly string[], vectors: readonly Float32Array[]) => readonly Float32Array[] = (_, vectors) =>
    vectors;

  override async embedDocuments(texts: readonly string[]): Promise<readonly Float32Array[]> {
    const vectors = this.behave(texts, await super.embedDocuments(texts));
    this.embedded.push(...texts);
    return vectors;
  }
}

/** One chunk a paragraph; `algorithm` stands for an upgrade that cuts differently. */
export class ParagraphChunker implements Chunker {
  algorithm = 1;

  constructor(private readonly tokenizer: Tokenizer) {}

  describe(): ReturnType<Chunker['describe']> {
    return { kind: 'paragraphs', parameters: {}, algorithm: this.algorithm, tokenizer: this.tokenizer.identity };
  }

  async chunk({ text }: { readonly text: string }): Promise<readonly Chunk[]> {
    const chunks: Chunk[] = [];
    for (const match of text.matchAll(/[^\n]+/g)) {
      if (match[0].trim() === '') continue;
      const end = match.index + match[0].length;
      chunks.push({ text: match[0], start: match.index, end, heading: [], tokens: match[0].split(' ').length });
    }
    return chunks;
  }
}

export interface World {
  readonly ports: Ports;
  readonly spec: IndexSpec;
  readonly source: MemorySource;
  readonly embedder: ScriptedEmbedder;
  readonly chunker: ParagraphChunker;
  readonly clock: { now: number };
}

/** Every port in memory, an index configured, nothing scanned. The database's clock stands still until it is moved. */
export async function openWorld(change: Partial<IndexSpec> = {}): Promise<World> {
  const spec = { ...baseSpec, ...change };
  const clock = { now: Date.parse('2030-01-01') };
  const source = new MemorySource();
  const embedder = new ScriptedEmbedder({ kind: 'hashing', dimensions: DIMENSIONS, seed: 1 });
  const chunker = new ParagraphChunker(embedder);
  const ports: Ports = {
    ...createMemoryRegistry({ now: () => clock.now }),
    vectors: new MemoryVectorStore(),
    toolbox: {
      source: () => source,
      chunker: () => chunker,
      embedder: (): Embedder => embedder,
      close: async () => {},
    },
    judgements: { load: () => Promise.reject(new Error('no judgements in this world')) },
  };
  await ports.registry.putIndex({ index: spec.index, alias: spec.alias, config: {}, configHash: '0', actor: 'test' });
  return { ports, spec, source, embedder, chunker, clock };
}

export function put(world: World, texts: Readonly<Record<string, string | undefined>>): void {
  for (const [id, text] of Object.entries(texts)) world.source.documents.set(id, { text, metadata: {} });
}

export const scan = (world: World): Promise<ScanResult> => scanCorpus(world.ports, world.spec);

export const create = (world: World) => createVersion(world.ports, world.spec, { startedBy: 'test' });

export interface Key {
  readonly index: ReturnType<typeof indexName>;
  readonly number: number;
}

/** A catch-up to the head without accidents; reports of its slices added up. */
export async function catchUp({ ports, spec }: World, key: Key): Promise<SliceReport> {
  const { writer } = await beginCatchUp(ports, key);
  const { head } = await ports.log.state(spec.index);
  let total: Record<keyof SliceReport, number> | undefined;
  const slices = await planRound(ports, { key, to: head, limit: 100 });
  for (const slice of slices) {
    const report = await applySlice(ports, { key, writer, slice });
    const sums = total;
    total = sums
      ? (Object.fromEntries(
          Object.entries(report).map(([name, value]) => [name, value + sums[name as keyof SliceReport]]),
        ) as typeof total)
      : { ...report };
  }
  await advanceWatermark(ports, { key, writer, to: head });
  return (
    total ?? { documents: 0, deleted: 0, quarantined: 0, chunks: 0, embedded: 0, cacheHits: 0, reused: 0, tokens: 0 }
  );
}

/** All points of a version, in id order. */
export async function pointsOf({ ports }: Pick<World, 'ports'>, key: Key): Promise<readonly StoredPoint[]> {
  const version = await ports.registry.version(key);
  if (!version) throw new Error('no such version');
  const { collection, vectorName } = version;
  const { points } = await ports.vectors.scroll(collection, { limit: 100_000, vectorName, payload: true });
  return points;
}
