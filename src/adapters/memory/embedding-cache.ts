import type { Sha256 } from '../../domain/ids.js';
import type { EmbeddingCache } from '../../ports/embedding-cache.js';

export class MemoryEmbeddingCache implements EmbeddingCache {
  private readonly vectors = new Map<Sha256, Float32Array>();

  async get(keys: readonly Sha256[]): Promise<ReadonlyMap<Sha256, Float32Array>> {
    return new Map(
      keys.flatMap((key) => {
        const vector = this.vectors.get(key);
        return vector ? [[key, vector] as const] : [];
      }),
    );
  }

  async put(entries: readonly { readonly key: Sha256; readonly vector: Float32Array }[]): Promise<void> {
    for (const { key, vector } of entries) {
      if (!this.vectors.has(key)) this.vectors.set(key, Float32Array.from(vector));
    }
  }

  async stats(): Promise<{ readonly entries: number; readonly bytes: number }> {
    const bytes = [...this.vectors.values()].reduce((sum, vector) => sum + vector.byteLength, 0);
    return { entries: this.vectors.size, bytes };
  }
}
