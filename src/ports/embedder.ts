import type { EmbedderIdentity } from '../domain/version/identity.js';

/** Counts tokens as the embedder will, prefix and special tokens included. */
export interface Tokenizer {
  /** Changes whenever counts may change; part of the chunker fingerprint. */
  readonly identity: string;
  /** @returns one count per text, in order, each ≥ 0 */
  countTokens(texts: readonly string[]): Promise<readonly number[]>;
}

/**
 * Text to vectors. Vectors come in the order of the texts, all of `describe().dimensions` components,
 * finite and non-zero; anything else is `EMBED_REPLY_INVALID` and never stored.
 *
 * Failures: `EMBED_RATE_LIMITED`, `EMBED_UNAVAILABLE` (retryable), `AUTH_FAILED`, `QUOTA_EXCEEDED`,
 * `MODEL_INVALID`, `MODEL_UNAVAILABLE`, `MISSING_DEPENDENCY` (final), `EMBED_INPUT_REFUSED` (the text's own fault).
 */
export interface Embedder extends Tokenizer {
  /** Loads what it needs and probes the dimension; cached. */
  describe(): Promise<EmbedderIdentity>;
  /** Whether embedding costs less than a cache look-up. */
  readonly cheap: boolean;
  /** How many texts one call should get for good throughput, ≥ 1. */
  readonly batchTexts: number;
  embedDocuments(
    texts: readonly string[],
    options?: { readonly signal?: AbortSignal },
  ): Promise<readonly Float32Array[]>;
  embedQuery(text: string, options?: { readonly signal?: AbortSignal }): Promise<Float32Array>;
  close(): Promise<void>;
}
