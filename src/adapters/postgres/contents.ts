import type { ContentKey } from '../../domain/ids.js';
import type { ContentStore } from '../../ports/corpus-log.js';
import { mapBounded, pack, unpack, type Codec, type Packed } from './compression.js';
import { packBytes, type Database, type Queries } from './database.js';

export class PostgresContentStore implements ContentStore {
  constructor(private readonly db: Database) {}

  async texts(keys: readonly ContentKey[]): Promise<ReadonlyMap<ContentKey, string>> {
    const rows = await this.db.query<{ content_key: ContentKey; codec: Codec; body: Buffer }>(
      'SELECT content_key, codec, body FROM contents WHERE content_key = ANY($1::text[])',
      [keys],
    );
    const texts = await mapBounded(rows, async (row) => [row.content_key, await unpack(row)] as const);
    return new Map(texts);
  }
}

export interface PackedContent extends Packed {
  readonly key: ContentKey;
}

/** Compress once per key, in key order: two transactions that store the same keys then never wait for each other in a circle. */
export async function packContents(
  contents: readonly { readonly key: ContentKey; readonly text: string }[],
): Promise<readonly PackedContent[]> {
  const byKey = [...new Map(contents.map(({ key, text }) => [key, text]))].sort(([a], [b]) => (a < b ? -1 : 1));
  return mapBounded(byKey, async ([key, text]) => ({ key, ...(await pack(text)) }));
}

export async function storeContents(tx: Queries, contents: readonly PackedContent[]): Promise<void> {
  if (contents.length === 0) return;
  const { bytes, starts, lengths } = packBytes(contents.map(({ body }) => body));
  await tx.query(
    `INSERT INTO contents (content_key, codec, body)
     SELECT key, codec, substring($3::bytea FROM start FOR length)
     FROM unnest($1::text[], $2::smallint[], $4::integer[], $5::integer[]) AS c(key, codec, start, length)
     ON CONFLICT DO NOTHING`,
    [contents.map(({ key }) => key), contents.map(({ codec }) => codec), bytes, starts, lengths],
  );
}
