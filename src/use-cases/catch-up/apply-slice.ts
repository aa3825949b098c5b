import type { Slice } from '../../domain/corpus/document.js';
import { LifecycleError } from '../../domain/errors.js';
import type { IndexVersion } from '../../domain/version/version.js';
import type { VersionKey } from '../../ports/ledger.js';
import { BatchWriter, type SizedPoint } from './batch-writer.js';
import { requireVersion, specOf, type CatchUpPorts } from './catch-up-ports.js';
import { checkChunker, toolsOf, type VersionTools } from './check-encoder.js';
import { FencedWriter } from './fenced-writer.js';
import type { Passage } from './passage.js';
import { requireOwnCollection } from './require-own-collection.js';
import { readTasks } from './slice-reader.js';
import { inBatches, type SliceBatch, type SliceTask } from './slice-task.js';
import { inParts, isEncoderGone, VectorSupply, type Supply, type VectorWork } from './vector-supply.js';
import { WriteQueue } from './write-queue.js';

export interface SliceReport {
  /** Written with all their chunks. */
  readonly documents: number;
  readonly deleted: number;
  readonly quarantined: number;
  readonly chunks: number;
  readonly embedded: number;
  readonly cacheHits: number;
  /** Vectors read back from the version's own points. */
  readonly reused: number;
  /** Of the embedded texts. */
  readonly tokens: number;
}

export interface SliceAttempt {
  readonly key: VersionKey;
  readonly writer: number;
  readonly slice: Slice;
}

export interface SliceOptions {
  readonly signal?: AbortSignal;
  /** Called after each batch with what this attempt has done so far. */
  readonly onProgress?: (report: SliceReport) => void;
}

/** Requests that write points, under way at most. */
const WRITES_AT_ONCE = 2;
/** Texts handed to the embedder at once, at most: their vectors wait in memory. */
const PART_POINTS = 1_024;
/** A float32 as JSON, with its comma, at most. */
const BYTES_PER_COMPONENT = 23;
/** Id, names and brackets of a point. */
const POINT_OVERHEAD_BYTES = 128;

/**
 * Apply a slice of the corpus log to a version's collection. Harmless to repeat: documents whose ledger entry
 * has their revision are passed over.
 *
 * When the encoder is gone or has changed, deletions and whatever needs no new vector are still applied and
 * entered in the ledger; then the call fails, so that the watermark stays.
 *
 * @throws {LifecycleError} `STALE_WRITER`, `LEASE_LOST`, `FOREIGN_COLLECTION`, `ENCODER_CHANGED`,
 *   `CHUNKER_CHANGED`, and what store and embedder fail with; the abort reason when cancelled.
 */
export async function applySlice(
  ports: CatchUpPorts,
  { key, writer, slice }: SliceAttempt,
  options: SliceOptions = {},
): Promise<SliceReport> {
  const version = await requireVersion(ports, key);
  await requireOwnCollection(ports, version);
  const fenced = await FencedWriter.begin(ports.fence, { ...key, ...slice, writer }, options.signal);
  const run = new SliceRun(ports, version, { fenced, slice, options });
  try {
    return await run.apply();
  } finally {
    await run.end();
  }
}

interface RunContext {
  readonly fenced: FencedWriter;
  readonly slice: Slice;
  readonly options: SliceOptions;
}

type Counts = { -readonly [Name in keyof SliceReport]: number };

/** One attempt: read, chunk, find vectors, write; embedding goes on while earlier points are written. */
class SliceRun {
  private readonly counts: Counts = {
    documents: 0,
    deleted: 0,
    quarantined: 0,
    chunks: 0,
    embedded: 0,
    cacheHits: 0,
    reused: 0,
    tokens: 0,
  };
  private readonly queue = new WriteQueue(WRITES_AT_ONCE);
  private readonly writer: BatchWriter;
  private postponed = 0;
  private unsaved = noWork();

  constructor(
    private readonly ports: CatchUpPorts,
    private readonly version: IndexVersion,
    private readonly context: RunContext,
  ) {
    this.writer = new BatchWriter(ports, version, context.fenced);
  }

  async apply(): Promise<SliceReport> {
    const { tools, refusal } = await this.openTools();
    const { slice, options } = this.context;
    const supply = tools && new VectorSupply(this.ports, this.version, { ...tools, signal: options.signal });
    const maker = tools && { chunker: tools.chunker, spec: specOf(this.version).chunker };
    const reading = { key: this.version, slice, maker, vectorBytes: this.vectorBytes };
    for await (const batch of inBatches(readTasks(this.ports, reading))) {
      options.signal?.throwIfAborted();
      await this.applyBatch(batch, supply);
    }
    await this.queue.drain();
    const gone = refusal ?? supply?.refusal;
    if (gone && this.postponed > 0) throw this.incomplete(gone);
    return this.counts;
  }

  /** Nothing of this attempt is under way afterwards, or its lease is left to run out. */
  async end(): Promise<void> {
    await this.queue.settle();
    await this.context.fenced.end();
  }

  private async openTools(): Promise<{ readonly tools?: VersionTools; readonly refusal?: LifecycleError }> {
    try {
      const tools = toolsOf(this.ports, this.version);
      await checkChunker(tools, this.version);
      return { tools };
    } catch (error) {
      const isRefusal = isEncoderGone(error) || (error instanceof LifecycleError && error.code === 'CHUNKER_CHANGED');
      if (isRefusal) return { refusal: error };
      throw error;
    }
  }

  private async applyBatch({ tasks }: SliceBatch, supply: VectorSupply | undefined): Promise<void> {
    const uploads: Promise<void>[] = [];
    for (const part of inParts(tasks.flatMap(needsOf), PART_POINTS)) {
      if (!supply) break;
      const found = await supply.get(part.map(({ passage, task }) => ({ ...passage, isKnown: isKnown(task) })));
      this.note(found.work);
      for (const { passage, task } of part) judge(task, passage, found);
      const points = part.flatMap((need) => this.pointOf(need, found));
      await this.queue.add(() => {
        const upload = this.writer.upsert(points);
        uploads.push(upload);
        return upload;
      });
    }
    await this.queue.add(async () => {
      await Promise.all(uploads);
      await this.finish(tasks);
    });
  }

  private async finish(tasks: readonly SliceTask[]): Promise<void> {
    const entries = await this.writer.finish(tasks);
    for (const { outcome, passages } of tasks) {
      if (outcome.kind === 'postpone') this.postponed += 1;
      else this.counts[COUNTED_AS[outcome.kind]] += 1;
      if (outcome.kind === 'write') this.counts.chunks += passages.length;
    }
    if (entries.length > 0) await this.saveWork();
    this.context.options.onProgress?.({ ...this.counts });
  }

  private note(work: VectorWork): void {
    for (const name of WORK) {
      this.counts[name] += work[name];
      this.unsaved[name] += work[name];
    }
  }

  /** With each batch, so that a killed attempt's work is not forgotten: it was paid for. */
  private async saveWork(): Promise<void> {
    const work = this.unsaved;
    this.unsaved = noWork();
    if (WORK.some((name) => work[name] > 0)) await this.ports.registry.addWork(this.version, work);
  }

  private pointOf({ passage, task }: Need, { vectors }: Supply): readonly SizedPoint[] {
    const vector = vectors.get(passage.id);
    if (!vector || task.outcome.kind !== 'write') return [];
    const point = { id: passage.id, vector, payload: passage.payload };
    return [{ point, bytes: passage.bytes + this.vectorBytes }];
  }

  private get vectorBytes(): number {
    return this.version.identity.embedder.dimensions * BYTES_PER_COMPONENT + POINT_OVERHEAD_BYTES;
  }

  private incomplete(cause: LifecycleError): LifecycleError {
    const { from, to } = this.context.slice;
    return new LifecycleError(
      cause.code,
      `${this.postponed} documents of slice (${from}, ${to}] stay stale: ${cause.message}`,
      {
        retryable: cause.retryable,
        hint: cause.hint,
        retryAfterMs: cause.retryAfterMs,
        facts: { ...cause.facts, stale: this.postponed, from, to },
        cause,
      },
    );
  }
}

const WORK = ['embedded', 'cacheHits', 'reused', 'tokens'] as const;
type Work = Record<(typeof WORK)[number], number>;
const noWork = (): Work => ({ embedded: 0, cacheHits: 0, reused: 0, tokens: 0 });

const COUNTED_AS = { write: 'documents', delete: 'deleted', quarantine: 'quarantined' } as const;

interface Need {
  readonly passage: Passage;
  readonly task: SliceTask;
}

function needsOf(task: SliceTask): readonly Need[] {
  return task.outcome.kind === 'write' ? task.passages.map((passage) => ({ passage, task })) : [];
}

const isKnown = ({ entry }: SliceTask): boolean => entry?.appliedRevision !== undefined;

/** What the vectors that were found mean for a document: a refused text is its own fault, a missing vector is not. */
function judge(task: SliceTask, { id }: Passage, { vectors, refused }: Supply): void {
  const reason = refused.get(id);
  if (reason !== undefined) task.outcome = { kind: 'quarantine', reason };
  else if (!vectors.has(id) && task.outcome.kind === 'write') task.outcome = { kind: 'postpone' };
}
