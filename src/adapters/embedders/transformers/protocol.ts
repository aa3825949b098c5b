import type { FailureCode } from '../../../domain/errors.js';

/** What a child loads before anything else; sent once. */
export interface LoadModel {
  readonly kind: 'load';
  readonly folder: string;
  readonly dtype: string;
  readonly pooling: 'mean' | 'cls' | 'last_token';
  readonly normalize: boolean;
  /** Longer texts are cut to this many tokens, special tokens included. */
  readonly maxTokens: number;
}

/** One batch; a child works on one at a time. */
export interface EmbedBatch {
  readonly kind: 'embed';
  readonly texts: readonly string[];
}

export type ToChild = LoadModel | EmbedBatch;

export type FromChild =
  | { readonly kind: 'vectors'; readonly vectors: readonly Float32Array[] }
  | { readonly kind: 'failed'; readonly code: FailureCode; readonly message: string; readonly hint?: string };
