import type { Slice } from '../../domain/corpus/document.js';
import type { IndexName, Revision } from '../../domain/ids.js';
import type { CorpusLog } from '../../ports/corpus-log.js';
import type { Queries } from './database.js';

/**
 * Cut a range into slices. Each step reads at most `maxDocuments` entries of the revision index and closes where the
 * running sum of text reaches `maxTextBytes`, so the cost is that of the documents planned, not of the log.
 *
 * @returns slices without gaps; when they cover all rows of the range, the last one ends at `range.to` even if no row does
 */
export async function planSlices(
  db: Queries,
  { index, range }: { readonly index: IndexName; readonly range: Slice },
  bounds: Parameters<CorpusLog['planSlices']>[2],
): Promise<readonly Slice[]> {
  if (range.from >= range.to) return [];
  const rows = await db.query<{ end: Revision }>(
    `WITH RECURSIVE cut(place, "end") AS (
       SELECT 0, $2::bigint
       UNION ALL
       SELECT cut.place + 1, next."end"
       FROM cut CROSS JOIN LATERAL (
         SELECT max(revision) AS "end" FROM (
           SELECT revision, text_bytes, sum(text_bytes) OVER (ORDER BY revision ROWS UNBOUNDED PRECEDING) AS bytes
           FROM (SELECT revision, text_bytes FROM documents
                 WHERE index_name = $1 AND revision > cut."end" AND revision <= $3
                 ORDER BY revision LIMIT $4) page
         ) summed
         WHERE bytes - text_bytes < $5
       ) next
       WHERE cut.place <= $6 AND next."end" IS NOT NULL)
     SELECT "end" FROM cut WHERE place > 0 ORDER BY place`,
    [index, range.from, range.to, bounds.maxDocuments, bounds.maxTextBytes, bounds.limit],
  );
  // One slice more than asked for tells whether rows are left behind the last one.
  const ends = rows.slice(0, bounds.limit).map(({ end }) => end);
  if (rows.length <= bounds.limit) ends.splice(-1, 1, range.to);
  return ends.map((to, place) => ({ from: ends[place - 1] ?? range.from, to }));
}
