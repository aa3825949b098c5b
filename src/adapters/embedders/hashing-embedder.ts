import type { EmbedderSpec } from '../../domain/index-spec.js';
import type { EmbedderIdentity } from '../../domain/version/identity.js';
import type { Embedder } from '../../ports/embedder.js';
import { breathe, isTurnOver } from '../../pace.js';
import { normalizeInPlace } from './normalize.js';

type HashingSpec = Extract<EmbedderSpec, { kind: 'hashing' }>;

/** A longer word counts as several, so that no text is "one token". */
const WORD_UNITS = 32;
const FNV_PRIME = 0x01000193;
const FNV_START = 0x811c9dc5;

/**
 * Feature hashing of words into signed buckets (Weinberger et al., ICML 2009), scaled to length 1. For tests and
 * benchmarks: texts that share words are near each other, and nothing more is meant by it.
 *
 * Words are runs of letters, digits and anything beyond ASCII, ASCII letters in lower case, at most 32 code units.
 * A text without words, or whose buckets cancel out, gets the one bucket that the hash of the whole text names:
 * a blank text has a vector too.
 */
export class HashingEmbedder implements Embedder {
  readonly cheap = true;
  readonly batchTexts = 1_024;
  readonly identity = `hashing-words-${WORD_UNITS}-r1`;

  constructor(private readonly spec: HashingSpec) {}

  async describe(): Promise<EmbedderIdentity> {
    return {
      provider: 'hashing',
      model: 'hashing',
      revision: `r1-seed-${this.spec.seed}`,
      dtype: 'f32',
      pooling: 'sum',
      normalize: true,
      dimensions: this.spec.dimensions,
      maxTokens: 0,
      truncation: 'cut',
      documentPrefix: '',
      queryPrefix: '',
    };
  }

  async countTokens(texts: readonly string[]): Promise<readonly number[]> {
    const counts: number[] = [];
    for (const text of texts) {
      let count = 0;
      forEachWord(text, FNV_START, () => (count += 1));
      counts.push(count);
      if (isTurnOver()) await breathe();
    }
    return counts;
  }

  async embedDocuments(
    texts: readonly string[],
    options: { readonly signal?: AbortSignal } = {},
  ): Promise<readonly Float32Array[]> {
    const vectors: Float32Array[] = [];
    for (const text of texts) {
      vectors.push(this.embed(text));
      if (isTurnOver()) await breathe();
      options.signal?.throwIfAborted();
    }
    return vectors;
  }

  async embedQuery(text: string): Promise<Float32Array> {
    return this.embed(text);
  }

  async close(): Promise<void> {}

  private embed(text: string): Float32Array {
    const vector = new Float32Array(this.spec.dimensions);
    const start = mix(FNV_START, this.spec.seed);
    forEachWord(text, start, (hash) => addFeature(vector, hash));
    if (normalizeInPlace(vector)) return vector;
    let hash = start;
    for (let at = 0; at < text.length; at += 1) hash = mix(hash, text.charCodeAt(at));
    addFeature(vector, hash);
    return vector;
  }
}

/** The low bits name the bucket, the top bit the sign: they must not be the same bits. */
function addFeature(vector: Float32Array, hash: number): void {
  const bucket = (hash & 0x7fffffff) % vector.length;
  vector[bucket] = (vector[bucket] ?? 0) + (hash >>> 31 === 1 ? 1 : -1);
}

/** FNV-1a over code units. */
function mix(hash: number, value: number): number {
  return Math.imul(hash ^ value, FNV_PRIME) >>> 0;
}

function forEachWord(text: string, start: number, visit: (hash: number) => void): void {
  let hash = start;
  let units = 0;
  for (let at = 0; at < text.length; at += 1) {
    const unit = lowerCaseWordUnit(text.charCodeAt(at));
    if (unit !== undefined) {
      hash = mix(hash, unit);
      units += 1;
    }
    if (units > 0 && (unit === undefined || units === WORD_UNITS)) {
      visit(hash);
      hash = start;
      units = 0;
    }
  }
  if (units > 0) visit(hash);
}

function lowerCaseWordUnit(code: number): number | undefined {
  if (code >= 97 && code <= 122) return code;
  if (code >= 65 && code <= 90) return code + 32;
  if (code >= 48 && code <= 57) return code;
  return code > 127 ? code : undefined;
}
