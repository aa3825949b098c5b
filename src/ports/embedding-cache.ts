import type { Sha256 } from '../domain/ids.js';

/** Vectors by sha256(fingerprint, role, exact text). Never holds one that failed validation. */
export interface EmbeddingCache {
  get(keys: readonly Sha256[]): Promise<ReadonlyMap<Sha256, Float32Array>>;
  put(entries: readonly { readonly key: Sha256; readonly vector: Float32Array }[]): Promise<void>;
  stats(): Promise<{ readonly entries: number; readonly bytes: number }>;
}
