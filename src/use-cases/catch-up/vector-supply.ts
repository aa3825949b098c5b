import { vectorFault, vectorKey } from '../../domain/chunk/vector-key.js';
import { LifecycleError, type FailureCode } from '../../domain/errors.js';
import type { ChunkId, Sha256 } from '../../domain/ids.js';
import type { IndexVersion } from '../../domain/version/version.js';
import { checkProbes, type VersionTools } from './check-encoder.js';
import type { CatchUpPorts } from './catch-up-ports.js';
import { embedTexts } from './embed-texts.js';
import type { Passage } from './passage.js';
import { REQUEST_POINTS } from './slice-task.js';

export interface VectorWork {
  readonly embedded: number;
  readonly cacheHits: number;
  readonly reused: number;
  readonly tokens: number;
}

export interface Supply {
  readonly vectors: ReadonlyMap<ChunkId, Float32Array>;
  /** Passages the embedder refuses for their own text, with the reason. */
  readonly refused: ReadonlyMap<ChunkId, string>;
  readonly work: VectorWork;
}

export interface VectorNeed extends Passage {
  /** Whether the version may have a point of this id already. */
  readonly isKnown: boolean;
}

/** Failures of the encoder that later attempts or people put right: what needs no encoder is still applied. */
const ENCODER_GONE: ReadonlySet<FailureCode> = new Set([
  'ENCODER_CHANGED',
  'EMBED_UNAVAILABLE',
  'EMBED_RATE_LIMITED',
  'EMBED_REPLY_INVALID',
  'AUTH_FAILED',
  'QUOTA_EXCEEDED',
  'MODEL_INVALID',
  'MODEL_UNAVAILABLE',
  'MISSING_DEPENDENCY',
]);

/** Whether documents that need no vector may still be applied after this failure. */
export function isEncoderGone(error: unknown): error is LifecycleError {
  return error instanceof LifecycleError && ENCODER_GONE.has(error.code);
}

/**
 * Where vectors come from, cheapest first: the version's own points (an id binds document, text and
 * embedder), the cache, the embedder. The embedder answers its probes before the first text.
 */
export class VectorSupply {
  private probed: Promise<void> | undefined;
  private gone: LifecycleError | undefined;

  constructor(
    private readonly ports: Pick<CatchUpPorts, 'vectors' | 'cache'>,
    private readonly version: IndexVersion,
    private readonly tools: VersionTools & { readonly signal?: AbortSignal },
  ) {}

  /** Why nothing is embedded any more; undefined while the encoder answers. */
  get refusal(): LifecycleError | undefined {
    return this.gone;
  }

  /** Vectors of the passages, as far as they can be had. */
  async get(needs: readonly VectorNeed[]): Promise<Supply> {
    const vectors = new Map(await this.ownPoints(needs.filter(({ isKnown }) => isKnown)));
    const reused = vectors.size;
    const byText = groupByText(needs.filter(({ id }) => !vectors.has(id)));
    const cached = await this.cached([...byText.keys()]);
    const missing = [...byText.keys()].filter((text) => !cached.has(text));
    const { made, reasons } = await this.embed(missing);
    const refused = new Map<ChunkId, string>();
    for (const [text, passages] of byText) {
      const vector = cached.get(text) ?? made.get(text);
      const reason = reasons.get(text);
      for (const { id } of passages) {
        if (vector) vectors.set(id, vector);
        else if (reason !== undefined) refused.set(id, reason);
      }
    }
    const tokens = [...made.keys()].reduce((sum, text) => sum + (byText.get(text)?.[0]?.tokens ?? 0), 0);
    return { vectors, refused, work: { embedded: made.size, cacheHits: cached.size, reused, tokens } };
  }

  private async ownPoints(known: readonly Passage[]): Promise<ReadonlyMap<ChunkId, Float32Array>> {
    const found = new Map<ChunkId, Float32Array>();
    const { collection, vectorName } = this.version;
    for (const ids of inParts(known, REQUEST_POINTS)) {
      const want = { vectorName, payload: false };
      const points = await this.ports.vectors.retrieve(
        collection,
        ids.map(({ id }) => id),
        want,
      );
      for (const { id, vector } of points) if (vector && this.isSound(vector)) found.set(id, vector);
    }
    return found;
  }

  private async cached(texts: readonly string[]): Promise<ReadonlyMap<string, Float32Array>> {
    const found = new Map<string, Float32Array>();
    if (this.tools.embedder.cheap || texts.length === 0) return found;
    const vectors = await this.ports.cache.get(texts.map((text) => this.keyOf(text)));
    for (const text of texts) {
      const vector = vectors.get(this.keyOf(text));
      if (vector && this.isSound(vector)) found.set(text, vector);
    }
    return found;
  }

  private async embed(texts: readonly string[]): Promise<{
    readonly made: ReadonlyMap<string, Float32Array>;
    readonly reasons: ReadonlyMap<string, string>;
  }> {
    const made = new Map<string, Float32Array>();
    const reasons = new Map<string, string>();
    try {
      for (const part of inParts(texts, this.tools.embedder.batchTexts)) {
        if (this.gone) break;
        this.probed ??= checkProbes(this.tools, this.version, { signal: this.tools.signal });
        await this.probed;
        await this.embedPart(part, made, reasons);
      }
    } catch (error) {
      if (!isEncoderGone(error)) throw error;
      this.gone = error;
    }
    return { made, reasons };
  }

  /** Texts that are refused are left out and the others asked again. */
  private async embedPart(
    texts: readonly string[],
    made: Map<string, Float32Array>,
    reasons: Map<string, string>,
  ): Promise<void> {
    this.tools.signal?.throwIfAborted();
    if (texts.length === 0) return;
    const dimensions = this.version.identity.embedder.dimensions;
    const result = await embedTexts(this.tools.embedder, texts, { dimensions, signal: this.tools.signal });
    if (result.kind === 'refused') {
      for (const [index, reason] of result.reasons) reasons.set(texts[index] ?? '', reason);
      const sound = texts.filter((_, index) => !result.reasons.has(index));
      return this.embedPart(sound, made, reasons);
    }
    for (const [index, vector] of result.vectors.entries()) made.set(texts[index] ?? '', vector);
    if (!this.tools.embedder.cheap) await this.save(texts, result.vectors);
  }

  private async save(texts: readonly string[], vectors: readonly Float32Array[]): Promise<void> {
    const entries = vectors.map((vector, index) => ({ key: this.keyOf(texts[index] ?? ''), vector }));
    await this.ports.cache.put(entries);
  }

  private keyOf(text: string): Sha256 {
    return vectorKey(this.version.fingerprints.embedder, 'document', text);
  }

  private isSound(vector: Float32Array): boolean {
    return vectorFault(vector, this.version.identity.embedder.dimensions) === undefined;
  }
}

function groupByText(passages: readonly Passage[]): ReadonlyMap<string, readonly Passage[]> {
  const groups = new Map<string, Passage[]>();
  for (const passage of passages) {
    const group = groups.get(passage.text);
    if (group) group.push(passage);
    else groups.set(passage.text, [passage]);
  }
  return groups;
}

/** Consecutive parts of at most `size` items. */
export function inParts<T>(items: readonly T[], size: number): readonly (readonly T[])[] {
  const parts: (readonly T[])[] = [];
  for (let at = 0; at < items.length; at += size) parts.push(items.slice(at, at + size));
  return parts;
}
