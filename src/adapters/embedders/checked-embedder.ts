import { vectorFault } from '../../domain/chunk/vector-key.js';
import { LifecycleError } from '../../domain/errors.js';
import type { EmbedderIdentity } from '../../domain/version/identity.js';
import type { Embedder } from '../../ports/embedder.js';

/** Holds any embedder to what the port promises, so that no adapter's slip becomes a stored vector. */
export class CheckedEmbedder implements Embedder {
  constructor(private readonly inner: Embedder) {}

  get identity(): string {
    return this.inner.identity;
  }

  get cheap(): boolean {
    return this.inner.cheap;
  }

  get batchTexts(): number {
    return this.inner.batchTexts;
  }

  describe(): Promise<EmbedderIdentity> {
    return this.inner.describe();
  }

  async countTokens(texts: readonly string[]): Promise<readonly number[]> {
    return texts.length === 0 ? [] : this.inner.countTokens(texts);
  }

  async embedDocuments(
    texts: readonly string[],
    options: { readonly signal?: AbortSignal } = {},
  ): Promise<readonly Float32Array[]> {
    if (texts.length === 0) return [];
    options.signal?.throwIfAborted();
    const { dimensions } = await this.inner.describe();
    const vectors = await this.inner.embedDocuments(texts, options);
    requireVectors(vectors, { count: texts.length, dimensions });
    return vectors;
  }

  async embedQuery(text: string, options: { readonly signal?: AbortSignal } = {}): Promise<Float32Array> {
    options.signal?.throwIfAborted();
    const { dimensions } = await this.inner.describe();
    const vector = await this.inner.embedQuery(text, options);
    requireVectors([vector], { count: 1, dimensions });
    return vector;
  }

  close(): Promise<void> {
    return this.inner.close();
  }
}

/**
 * @throws {LifecycleError} `EMBED_REPLY_INVALID` when a vector is missing, of another length, not finite or zero.
 */
export function requireVectors(
  vectors: readonly Float32Array[],
  expected: { readonly count: number; readonly dimensions: number },
): void {
  if (vectors.length !== expected.count)
    throw replyInvalid(`expected ${expected.count} vectors, found ${vectors.length}`);
  vectors.forEach((vector, index) => {
    const fault = vectorFault(vector, expected.dimensions);
    if (fault !== undefined) throw replyInvalid(`vector ${index}: ${fault}`, { index });
  });
}

/** `EMBED_REPLY_INVALID`: final, because a broken encoder does not mend by being asked again. */
export function replyInvalid(found: string, facts: { readonly index?: number } = {}): LifecycleError {
  return new LifecycleError('EMBED_REPLY_INVALID', `The embedder's answer cannot be used: ${found}`, {
    hint: 'Check the model and the server it runs on; nothing of this batch was stored.',
    facts,
  });
}
