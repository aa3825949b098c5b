import path from 'node:path';
import type { EmbedderSpec } from '../../../domain/index-spec.js';
import type { EmbedderIdentity } from '../../../domain/version/identity.js';
import type { Embedder } from '../../../ports/embedder.js';
import { breathe, isTurnOver } from '../../../pace.js';
import { hashFiles, hashFilesNow } from '../../models/hash-files.js';
import { modelLabel, requireModelFolder } from '../../models/find-model.js';
import { normalizeInPlace } from '../normalize.js';
import { inputRefused } from '../refused.js';
import type { TokenEncoder, TokenIds } from '../tokens/encoder.js';
import { openEncoder } from '../tokens/open-encoder.js';
import { RememberingEncoder } from '../tokens/remembering-encoder.js';
import { loadTokenTable } from './token-table.js';
import type { TokenTable } from './token-table.js';

type StaticSpec = Extract<EmbedderSpec, { kind: 'static' }>;

interface Loaded {
  readonly encoder: TokenEncoder;
  readonly table: TokenTable;
  readonly identity: EmbedderIdentity;
}

/** Ids of about 12 million tokens: those of what is being chunked while it waits to be embedded. */
const REMEMBERED_BYTES = 64 * 1_024 * 1_024;

/**
 * Averages of token vectors from a `safetensors` file: thousands of documents a second on one core. No text is too
 * long. A blank text, and one without a known token, has no vector and is refused (`EMBED_INPUT_REFUSED`).
 */
export class StaticEmbedder implements Embedder {
  readonly cheap = true;
  readonly batchTexts = 512;
  private loading: Promise<Loaded> | undefined;
  private tokenizerHash: string | undefined;

  constructor(
    private readonly spec: StaticSpec,
    private readonly modelFolders: readonly string[],
  ) {}

  /** @throws {LifecycleError} `MODEL_UNAVAILABLE` or `MODEL_INVALID` when there is no tokenizer to identify. */
  get identity(): string {
    this.tokenizerHash ??= hashFilesNow(this.folder(), ['tokenizer.json']);
    return `static:${this.tokenizerHash}`;
  }

  async describe(): Promise<EmbedderIdentity> {
    return (await this.load()).identity;
  }

  async countTokens(texts: readonly string[]): Promise<readonly number[]> {
    const { encoder } = await this.load();
    return encoder.count(texts);
  }

  async embedDocuments(
    texts: readonly string[],
    options: { readonly signal?: AbortSignal } = {},
  ): Promise<readonly Float32Array[]> {
    const { encoder, table } = await this.load();
    const ids = await encoder.encode(texts);
    const vectors: (Float32Array | undefined)[] = [];
    for (const [index, tokens] of ids.entries()) {
      const blank = texts[index]?.trim() === '';
      vectors.push(blank ? undefined : vectorOf(withoutUnknown(tokens, encoder.unknownId), table));
      if (isTurnOver()) await breathe();
      options.signal?.throwIfAborted();
    }
    const refused = vectors.flatMap((vector, index) => (vector === undefined ? [index] : []));
    if (refused.length > 0) throw inputRefused(refused, `it holds no word that ${this.spec.model} knows`);
    return vectors.flatMap((vector) => vector ?? []);
  }

  async embedQuery(text: string): Promise<Float32Array> {
    const [vector] = await this.embedDocuments([text]);
    return vector ?? new Float32Array();
  }

  async close(): Promise<void> {
    this.loading = undefined;
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
    const folder = this.folder();
    const revision = await hashFiles(folder, ['model.safetensors', 'tokenizer.json', 'config.json?']);
    const encoder = await openEncoder(path.join(folder, 'tokenizer.json'));
    const table = await loadTokenTable(folder, this.spec.dimensions);
    const identity: EmbedderIdentity = {
      provider: 'static',
      model: modelLabel(this.spec.model),
      revision,
      dtype: table.dtype,
      pooling: 'mean',
      normalize: table.normalize,
      dimensions: table.dimensions,
      maxTokens: 0,
      truncation: 'cut',
      documentPrefix: '',
      queryPrefix: '',
    };
    return { encoder: new RememberingEncoder(encoder, REMEMBERED_BYTES), table, identity };
  }
}

/** An unknown token says nothing of its word: like Model2Vec, we leave it out of the mean. */
function withoutUnknown(ids: TokenIds, unknownId: number | undefined): TokenIds {
  return unknownId !== undefined && ids.includes(unknownId) ? ids.filter((id) => id !== unknownId) : ids;
}

function vectorOf(ids: TokenIds, table: TokenTable): Float32Array | undefined {
  const vector = table.average(ids);
  if (vector === undefined) return undefined;
  if (table.normalize) return normalizeInPlace(vector) ? vector : undefined;
  return vector.some((component) => component !== 0) ? vector : undefined;
}
