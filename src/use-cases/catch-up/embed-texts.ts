import { vectorFault } from '../../domain/chunk/vector-key.js';
import { LifecycleError } from '../../domain/errors.js';
import type { Embedder } from '../../ports/embedder.js';

export type EmbedResult =
  | { readonly kind: 'vectors'; readonly vectors: readonly Float32Array[] }
  /** The texts' own fault: reason by position. */
  | { readonly kind: 'refused'; readonly reasons: ReadonlyMap<number, string> };

interface EmbedOptions {
  readonly dimensions: number;
  readonly signal?: AbortSignal;
}

/**
 * Embed texts, all or none: when the embedder refuses some, those are named. One that does not say which
 * is asked again with halves until single texts are found.
 *
 * @throws {LifecycleError} `EMBED_REPLY_INVALID` for a vector that must not be stored, and whatever else the
 *   embedder fails with: a provider's fault never is a document's.
 */
export async function embedTexts(
  embedder: Embedder,
  texts: readonly string[],
  options: EmbedOptions,
): Promise<EmbedResult> {
  try {
    const vectors = await embedder.embedDocuments(texts, { signal: options.signal });
    requireSound(vectors, texts.length, options.dimensions);
    return { kind: 'vectors', vectors };
  } catch (error) {
    if (!(error instanceof LifecycleError) || error.code !== 'EMBED_INPUT_REFUSED') throw error;
    return { kind: 'refused', reasons: await culprits(embedder, texts, { ...options, error }) };
  }
}

async function culprits(
  embedder: Embedder,
  texts: readonly string[],
  options: EmbedOptions & { readonly error: LifecycleError },
): Promise<ReadonlyMap<number, string>> {
  const named = indexesIn(options.error, texts.length);
  if (named.length > 0) return new Map(named.map((index) => [index, options.error.message]));
  if (texts.length === 1) return new Map([[0, options.error.message]]);
  const middle = Math.ceil(texts.length / 2);
  const reasons = new Map<number, string>();
  for (const [offset, half] of [
    [0, texts.slice(0, middle)],
    [middle, texts.slice(middle)],
  ] as const) {
    const result = await embedTexts(embedder, half, options);
    if (result.kind === 'vectors') continue;
    for (const [index, reason] of result.reasons) reasons.set(offset + index, reason);
  }
  // Each half alone was accepted, so that no single text is to blame: the provider is.
  if (reasons.size === 0) throw options.error;
  return reasons;
}

function indexesIn({ facts }: LifecycleError, count: number): readonly number[] {
  const { indexes } = facts;
  if (!Array.isArray(indexes)) return [];
  return (indexes as readonly unknown[]).filter(
    (index): index is number => typeof index === 'number' && Number.isInteger(index) && index >= 0 && index < count,
  );
}

function requireSound(vectors: readonly Float32Array[], count: number, dimensions: number): void {
  if (vectors.length !== count) throw invalidReply(`${vectors.length} vectors for ${count} texts`);
  for (const [index, vector] of vectors.entries()) {
    const fault = vectorFault(vector, dimensions);
    if (fault !== undefined) throw invalidReply(`vector ${index}: ${fault}`);
  }
}

function invalidReply(fault: string): LifecycleError {
  return new LifecycleError('EMBED_REPLY_INVALID', `The embedder's reply cannot be used: ${fault}`, {
    hint: 'Nothing of it was stored; check the embedding server or the model.',
  });
}
