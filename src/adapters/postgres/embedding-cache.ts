import type { Sha256 } from '../../domain/ids.js';
import type { EmbeddingCache } from '../../ports/embedding-cache.js';
import { packBytes, type Database } from './database.js';

type Entry = Parameters<EmbeddingCache['put']>[0][number];

/** Keys a statement looks up or stores at once. */
const BATCH = 1_000;

export class PostgresEmbeddingCache implements EmbeddingCache {
  constructor(private readonly db: Database) {}

  async get(keys: readonly Sha256[]): Promise<ReadonlyMap<Sha256, Float32Array>> {
    const found = new Map<Sha256, Float32Array>();
    for (let at = 0; at < keys.length; at += BATCH) {
      const rows = await this.db.query<{ key: Buffer; vector: Buffer }>(
        'SELECT key, vector FROM embedding_cache WHERE key = ANY($1::bytea[])',
        [keys.slice(at, at + BATCH).map((key) => Buffer.from(key, 'hex'))],
      );
      for (const { key, vector } of rows) found.set(key.toString('hex'), toVector(vector));
    }
    return found;
  }

  async put(entries: readonly Entry[]): Promise<void> {
    // In key order: two processes that cache the same texts then never wait for each other in a circle.
    const sorted = [...entries].sort((a, b) => (a.key < b.key ? -1 : 1));
    for (let at = 0; at < sorted.length; at += BATCH) await this.putBatch(sorted.slice(at, at + BATCH));
  }

  async stats(): Promise<{ readonly entries: number; readonly bytes: number }> {
    const [row] = await this.db.query<{ entries: number; bytes: number }>(
      'SELECT count(*) AS entries, coalesce(sum(octet_length(vector)), 0)::bigint AS bytes FROM embedding_cache',
    );
    return row ?? { entries: 0, bytes: 0 };
  }

  private async putBatch(batch: readonly Entry[]): Promise<void> {
    const vectors = packBytes(batch.map(({ vector }) => toBytes(vector)));
    await this.db.query(
      `INSERT INTO embedding_cache (key, vector)
       SELECT decode(key, 'hex'), substring($2::bytea FROM start FOR length)
       FROM unnest($1::text[], $3::integer[], $4::integer[]) AS v(key, start, length)
       ON CONFLICT DO NOTHING`,
      [batch.map(({ key }) => key), vectors.bytes, vectors.starts, vectors.lengths],
    );
  }
}

const toBytes = (vector: Float32Array): Buffer => Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength);

/** Copied: a Buffer may begin anywhere in a shared block, floats want a multiple of four. */
function toVector(bytes: Buffer): Float32Array {
  const copy = new Uint8Array(bytes.byteLength);
  copy.set(bytes);
  return new Float32Array(copy.buffer);
}
