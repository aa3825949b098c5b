import { availableParallelism } from 'node:os';
import path from 'node:path';
import { vectorFault } from '../../../domain/chunk/vector-key.js';
import type { EmbedderSpec } from '../../../domain/index-spec.js';
import type { EmbedderIdentity } from '../../../domain/version/identity.js';
import type { Embedder } from '../../../ports/embedder.js';
import { modelLabel, requireModelFolder } from '../../models/find-model.js';
import { hashFiles, hashFilesNow } from '../../models/hash-files.js';
import { inputRefused } from '../refused.js';
import type { TokenEncoder } from '../tokens/encoder.js';
import { openEncoder } from '../tokens/open-encoder.js';
import { RememberingEncoder } from '../tokens/remembering-encoder.js';
import { batchesByLength } from './batches.js';
import { ChildPool } from './child-pool.js';
import { maxTokensOf } from './model-limits.js';
import { requireOnnxFile } from './onnx-file.js';

type TransformersSpec = Extract<EmbedderSpec, { kind: 'transformers' }>;

interface Options {
  readonly signal?: AbortSignal;
}

interface Loaded {
  readonly encoder: TokenEncoder;
  readonly pool: ChildPool;
  readonly identity: EmbedderIdentity;
}

const REMEMBERED_BYTES = 32 * 1_024 * 1_024;
const PROBE_TEXT = 'What is the length of a vector?';

/**
 * ONNX sentence encoders through the optional package `@huggingface/transformers`, which only the child processes
 * load. Longer texts are cut at the model's limit. A text that alone gives no usable vector, although the model works,
 * is refused (`EMBED_INPUT_REFUSED`).
 */
export class TransformersEmbedder implements Embedder {
  readonly cheap = false;
  readonly batchTexts = 128;
  private loading: Promise<Loaded> | undefined;
  private tokenizerHash: string | undefined;

  constructor(
    private readonly spec: TransformersSpec,
    private readonly modelFolders: readonly string[],
  ) {}

  /** @throws {LifecycleError} `MODEL_UNAVAILABLE` or `MODEL_INVALID` when there is no tokenizer to identify. */
  get identity(): string {
    this.tokenizerHash ??= hashFilesNow(this.folder(), ['tokenizer.json']);
    return `transformers:${this.tokenizerHash}:${JSON.stringify(this.spec.documentPrefix)}`;
  }

  async describe(): Promise<EmbedderIdentity> {
    return (await this.load()).identity;
  }

  async countTokens(texts: readonly string[]): Promise<readonly number[]> {
    const { encoder } = await this.load();
    return this.counts(
      encoder,
      texts.map((text) => this.spec.documentPrefix + text),
    );
  }

  embedDocuments(texts: readonly string[], options: Options = {}): Promise<readonly Float32Array[]> {
    return this.embed(texts, this.spec.documentPrefix, options);
  }

  async embedQuery(text: string, options: Options = {}): Promise<Float32Array> {
    const [vector] = await this.embed([text], this.spec.queryPrefix, options);
    return vector ?? new Float32Array();
  }

  async close(): Promise<void> {
    const loaded = await this.loading?.catch(() => undefined);
    this.loading = undefined;
    await loaded?.pool.close();
  }

  private async embed(texts: readonly string[], prefix: string, options: Options): Promise<readonly Float32Array[]> {
    const blank = texts.flatMap((text, index) => (text.trim() === '' ? [index] : []));
    if (blank.length > 0) throw inputRefused(blank, 'it is blank');
    const { encoder, pool, identity } = await this.load();
    const prefixed = texts.map((text) => prefix + text);
    const tokens = await this.counts(encoder, prefixed);
    const seen = tokens.map((count) => Math.min(count, identity.maxTokens));
    const vectors: Float32Array[] = [];
    const batches = batchesByLength(seen).map(async (batch) => {
      options.signal?.throwIfAborted();
      const found = await pool.run(batch.map((index) => prefixed[index] ?? ''));
      batch.forEach((index, at) => (vectors[index] = found[at] ?? new Float32Array()));
    });
    await abortable(Promise.all(batches), options.signal);
    await this.requireUsable(vectors, prefixed, pool);
    return vectors;
  }

  /** A wholly unknown text gives NaN in some models. Asked alone, no batch mate can be the reason. */
  private async requireUsable(vectors: Float32Array[], texts: readonly string[], pool: ChildPool): Promise<void> {
    const refused: number[] = [];
    for (const [index, vector] of vectors.entries()) {
      if (vectorFault(vector, vector.length) === undefined) continue;
      const [alone = new Float32Array()] = await pool.run([texts[index] ?? '']);
      if (vectorFault(alone, alone.length) === undefined) vectors[index] = alone;
      else refused.push(index);
    }
    if (refused.length > 0) throw inputRefused(refused, `${this.spec.model} gives it no vector`);
  }

  private async counts(encoder: TokenEncoder, texts: readonly string[]): Promise<readonly number[]> {
    return (await encoder.encode(texts)).map((ids) => ids.length + encoder.specialTokens);
  }

  private folder(): string {
    return requireModelFolder(this.spec.model, this.modelFolders);
  }

  private load(): Promise<Loaded> {
    this.loading ??= this.open().catch((error: unknown) => {
      this.loading = undefined;
      throw error;
    });
    return this.loading;
  }

  private async open(): Promise<Loaded> {
    const { dtype, pooling, normalize, documentPrefix, queryPrefix } = this.spec;
    const folder = this.folder();
    const model = requireOnnxFile(folder, dtype);
    // The library's own message for a missing file misleads, and it remembers the failure for the process.
    const files = [model, `${model}_data?`, 'config.json', 'tokenizer.json', 'tokenizer_config.json'];
    const revision = await hashFiles(folder, files);
    const encoder = await openEncoder(path.join(folder, 'tokenizer.json'));
    const maxTokens = await maxTokensOf(folder, this.spec.maxTokens);
    const size = this.spec.processes ?? availableParallelism();
    const pool = new ChildPool(size, { kind: 'load', folder, dtype, pooling, normalize, maxTokens });
    const dimensions = await probeDimensions(pool, documentPrefix);
    const identity: EmbedderIdentity = {
      provider: 'transformers',
      model: modelLabel(this.spec.model),
      revision,
      dtype,
      pooling,
      normalize,
      dimensions,
      maxTokens,
      truncation: 'cut',
      documentPrefix,
      queryPrefix,
    };
    return { encoder: new RememberingEncoder(encoder, REMEMBERED_BYTES), pool, identity };
  }
}

async function probeDimensions(pool: ChildPool, prefix: string): Promise<number> {
  try {
    const [vector] = await pool.run([prefix + PROBE_TEXT]);
    return vector?.length ?? 0;
  } catch (error) {
    await pool.close();
    throw error;
  }
}

/** Ends the waiting, not the work: a batch that a child has begun cannot be stopped. */
async function abortable<Result>(work: Promise<Result>, signal: AbortSignal | undefined): Promise<Result> {
  if (signal === undefined) return work;
  let stop = () => {};
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason as Error);
    signal.addEventListener('abort', stop, { once: true });
  });
  return Promise.race([work, aborted]).finally(() => signal.removeEventListener('abort', stop));
}
