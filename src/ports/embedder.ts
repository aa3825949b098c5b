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
 *
 * `EMBED_INPUT_REFUSED` is about texts, never about the provider: blank, without a known word, too long for an embedder
 * that does not cut. Its `facts.indexes` (never empty, ascending, into the `texts` of this very call) name every text
 * that was refused; no vector of the call is returned. A caller quarantines the documents of those texts and
 * calls again with the rest, which has no fault of its own.
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
