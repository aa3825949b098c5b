import type { DocumentChange, LogDocument, Slice } from '../../domain/corpus/document.js';
import type { DocId, IndexName, Revision } from '../../domain/ids.js';
import type { CorpusLog, CorpusState, ScanHandle } from '../../ports/corpus-log.js';
import { logFrozen, supersededScan } from '../registry-errors.js';
import { requireStorable } from '../registry-rules.js';
import { packContents, storeContents } from './contents.js';
import { columns, type Database, type Queries } from './database.js';
import { attributesOf, DOCUMENT_COLUMNS, storable, toLogDocument, type DocumentRow } from './document-rows.js';
import { planSlices } from './plan-slices.js';

type Batch = Parameters<CorpusLog['record']>[1];

export class PostgresCorpusLog implements CorpusLog {
  constructor(private readonly db: Database) {}

  async state(index: IndexName): Promise<CorpusState> {
    const [row] = await this.db.query<{ head: Revision; documents: number; owner: string | null; until: string }>(
      `SELECT head_revision AS head, present AS documents, freeze_until AS until,
              CASE WHEN freeze_until > clock_timestamp() THEN freeze_owner END AS owner
       FROM corpora WHERE index_name = $1`,
      [index],
    );
    const { head = 0, documents = 0, owner = null, until = '' } = row ?? {};
    return { index, head, documents, ...(owner === null ? {} : { freeze: { owner, until } }) };
  }

  async openScan(index: IndexName): Promise<ScanHandle> {
    const [row] = await this.db.query<{ scan: number; head: Revision }>(
      `INSERT INTO corpora (index_name, scan) VALUES ($1, 1)
       ON CONFLICT (index_name) DO UPDATE SET scan = corpora.scan + 1
       RETURNING scan, head_revision AS head`,
      [index],
    );
    return { index, scan: row?.scan ?? 1, head: row?.head ?? 0 };
  }

  async lookUp(
    scan: ScanHandle,
    ids: readonly DocId[],
  ): Promise<ReadonlyMap<DocId, LogDocument & { readonly seenByThisScan: boolean }>> {
    const rows = await this.db.query<DocumentRow & { seen: boolean }>(
      `SELECT ${DOCUMENT_COLUMNS}, seen_scan = $3 AS seen FROM documents
       WHERE index_name = $1 AND doc_id = ANY($2::text[])`,
      [scan.index, storable(ids), scan.scan],
    );
    return new Map(rows.map((row) => [row.doc_id, { ...toLogDocument(row), seenByThisScan: row.seen }]));
  }

  async record(scan: ScanHandle, batch: Batch): Promise<{ readonly head: Revision }> {
    requireStorable(scan.index, batch);
    // Compressed before the lock is taken: others wait for the corpus row.
    const contents = await packContents(batch.changes.flatMap(({ content }) => content ?? []));
    return this.db.transaction(async (tx) => {
      const corpus = await lockCorpus(tx, scan);
      if (batch.changes.length > 0) refuseFrozen(scan, corpus);
      await storeContents(tx, contents);
      const head = batch.changes.length === 0 ? corpus.head : await storeChanges(tx, scan, batch.changes);
      await markSeen(tx, scan, batch.unchanged);
      await storeHints(tx, scan.index, batch.hints);
      return { head };
    });
  }

  async countMissing(scan: ScanHandle, deleteAfterMisses: number): Promise<{ missing: number; due: number }> {
    return this.db.transaction(async (tx) => {
      await lockCorpus(tx, scan);
      await tx.query(
        `UPDATE documents SET misses = misses + 1, missed_scan = $2 WHERE ${MISSING} AND missed_scan < $2`,
        [scan.index, scan.scan, scan.head],
      );
      const [counted] = await tx.query<{ missing: number; due: number }>(
        `SELECT count(*) AS missing, count(*) FILTER (WHERE misses >= $4) AS due FROM documents WHERE ${MISSING}`,
        [scan.index, scan.scan, scan.head, deleteAfterMisses],
      );
      return counted ?? { missing: 0, due: 0 };
    });
  }

  async deleteDue(scan: ScanHandle, deleteAfterMisses: number): Promise<{ deleted: number; head: Revision }> {
    return this.db.transaction(async (tx) => {
      const corpus = await lockCorpus(tx, scan);
      const due = await tx.query<{ doc_id: DocId }>(
        `SELECT doc_id FROM documents WHERE ${MISSING} AND missed_scan = $2 AND misses >= $4 ORDER BY doc_id`,
        [scan.index, scan.scan, scan.head, deleteAfterMisses],
      );
      if (due.length === 0) return { deleted: 0, head: corpus.head };
      refuseFrozen(scan, corpus);
      const ids = due.map(({ doc_id }) => doc_id);
      return { deleted: ids.length, head: await bury(tx, scan.index, ids) };
    });
  }

  async planSlices(
    index: IndexName,
    range: Slice,
    bounds: Parameters<CorpusLog['planSlices']>[2],
  ): Promise<readonly Slice[]> {
    return planSlices(this.db, { index, range }, bounds);
  }

  async *read(index: IndexName, slice: Slice, pageDocuments: number): AsyncIterable<readonly LogDocument[]> {
    let after = slice.from;
    for (;;) {
      const rows = await this.db.query<DocumentRow>(
        `SELECT ${DOCUMENT_COLUMNS} FROM documents
         WHERE index_name = $1 AND revision > $2 AND revision <= $3 ORDER BY revision LIMIT $4`,
        [index, after, slice.to, pageDocuments],
      );
      const last = rows.at(-1);
      if (last === undefined) return;
      yield rows.map(toLogDocument);
      after = last.revision;
    }
  }

  async documents(index: IndexName, ids: readonly DocId[]): Promise<readonly LogDocument[]> {
    const rows = await this.db.query<DocumentRow>(
      `SELECT ${DOCUMENT_COLUMNS} FROM documents WHERE index_name = $1 AND doc_id = ANY($2::text[])`,
      [index, storable(ids)],
    );
    return rows.map(toLogDocument);
  }

  async measure(
    index: IndexName,
    range: Slice,
  ): Promise<{ readonly documents: number; readonly deleted: number; readonly textBytes: number }> {
    const [row] = await this.db.query<{ documents: number; deleted: number; textBytes: number }>(
      `SELECT count(*) FILTER (WHERE kind = 'present') AS documents, count(*) FILTER (WHERE kind = 'deleted') AS deleted,
              coalesce(sum(text_bytes), 0)::bigint AS "textBytes"
       FROM documents WHERE index_name = $1 AND revision > $2 AND revision <= $3`,
      [index, range.from, range.to],
    );
    return row ?? { documents: 0, deleted: 0, textBytes: 0 };
  }

  async freeze(
    index: IndexName,
    { owner, forMs, replaces }: { readonly owner: string; readonly forMs: number; readonly replaces: boolean },
  ): Promise<Revision | undefined> {
    const [row] = await this.db.query<{ head: Revision }>(
      `INSERT INTO corpora AS c (index_name, freeze_owner, freeze_until)
       VALUES ($1, $2, clock_timestamp() + $3 * interval '1 millisecond')
       ON CONFLICT (index_name) DO UPDATE
         SET freeze_owner = $2, freeze_until = clock_timestamp() + $3 * interval '1 millisecond'
         WHERE $4 OR c.freeze_owner IS NULL OR c.freeze_owner = $2 OR c.freeze_until <= clock_timestamp()
       RETURNING head_revision AS head`,
      [index, owner, forMs, replaces],
    );
    return row?.head;
  }

  async release(index: IndexName, owner: string): Promise<void> {
    await this.db.query(
      'UPDATE corpora SET freeze_owner = NULL, freeze_until = NULL WHERE index_name = $1 AND freeze_owner = $2',
      [index, owner],
    );
  }
}

interface LockedCorpus {
  readonly head: Revision;
  readonly scan: number;
  readonly frozen_by: string | null;
}

/** $1 index, $2 scan, $3 head when it began: present, not seen by this scan, last changed before it began. */
const MISSING = `index_name = $1 AND kind = 'present' AND seen_scan < $2 AND revision <= $3`;

/** @throws {LifecycleError} `STALE_WRITER` when a later scan has begun. */
async function lockCorpus(tx: Queries, scan: ScanHandle): Promise<LockedCorpus> {
  const [row] = await tx.query<LockedCorpus>(
    `SELECT head_revision AS head, scan, CASE WHEN freeze_until > clock_timestamp() THEN freeze_owner END AS frozen_by
     FROM corpora WHERE index_name = $1 FOR UPDATE`,
    [scan.index],
  );
  if (row?.scan !== scan.scan) throw supersededScan(scan);
  return row;
}

function refuseFrozen(scan: ScanHandle, corpus: LockedCorpus): void {
  if (corpus.frozen_by !== null) throw logFrozen(scan.index, corpus.frozen_by);
}

/** One statement: the rows that were there are counted as they were before it. */
async function storeChanges(tx: Queries, scan: ScanHandle, changes: readonly DocumentChange[]): Promise<Revision> {
  const [row] = await tx.query<{ head: Revision }>(
    `WITH corpus AS (SELECT head_revision FROM corpora WHERE index_name = $1),
     there AS (
       SELECT count(*) AS documents FROM documents
       WHERE index_name = $1 AND doc_id = ANY($3::text[]) AND kind = 'present'),
     written AS (
       INSERT INTO documents AS d
         (index_name, doc_id, revision, kind, content_hash, content_key, text_bytes, attributes, seen_scan)
       SELECT $1, c.doc_id, corpus.head_revision + c.place, 'present', c.hash, c.key, c.bytes, c.attributes, $2
       FROM corpus, unnest($3::text[], $4::text[], $5::text[], $6::integer[], $7::json[])
         WITH ORDINALITY AS c(doc_id, hash, key, bytes, attributes, place)
       ON CONFLICT (index_name, doc_id) DO UPDATE SET
         revision = EXCLUDED.revision, kind = 'present', content_hash = EXCLUDED.content_hash,
         content_key = EXCLUDED.content_key, text_bytes = EXCLUDED.text_bytes, attributes = EXCLUDED.attributes,
         seen_scan = EXCLUDED.seen_scan, misses = 0, missed_scan = 0)
     UPDATE corpora SET head_revision = head_revision + cardinality($3::text[]),
       present = present + cardinality($3::text[]) - (SELECT documents FROM there)
     WHERE index_name = $1 RETURNING head_revision AS head`,
    [
      scan.index,
      scan.scan,
      ...columns(
        changes,
        ({ id }) => id,
        ({ contentHash }) => contentHash,
        ({ content }) => content?.key,
        ({ content }) => (content === undefined ? 0 : Buffer.byteLength(content.text)),
        attributesOf,
      ),
    ],
  );
  return row?.head ?? scan.head;
}

async function markSeen(tx: Queries, scan: ScanHandle, ids: readonly DocId[]): Promise<void> {
  if (ids.length === 0) return;
  await tx.query(`UPDATE documents SET seen_scan = $2, misses = 0 WHERE index_name = $1 AND doc_id = ANY($3::text[])`, [
    scan.index,
    scan.scan,
    ids,
  ]);
}

/** Attributes are JSON that no query looks into, so the whole of them is written again. */
async function storeHints(tx: Queries, index: IndexName, hints: Batch['hints']): Promise<void> {
  if (!hints || hints.size === 0) return;
  const rows = await tx.query<Pick<DocumentRow, 'doc_id' | 'attributes'>>(
    'SELECT doc_id, attributes FROM documents WHERE index_name = $1 AND doc_id = ANY($2::text[])',
    [index, [...hints.keys()]],
  );
  await tx.query(
    `UPDATE documents d SET attributes = h.attributes FROM unnest($2::text[], $3::json[]) AS h(doc_id, attributes)
     WHERE d.index_name = $1 AND d.doc_id = h.doc_id`,
    [
      index,
      ...columns(
        rows,
        ({ doc_id }) => doc_id,
        ({ doc_id, attributes }) => JSON.stringify({ ...attributes, hint: hints.get(doc_id) }),
      ),
    ],
  );
}

/** Tombstones keep the content hash and nothing else; each takes a revision, in the order given. */
async function bury(tx: Queries, index: IndexName, ids: readonly DocId[]): Promise<Revision> {
  const [row] = await tx.query<{ head: Revision }>(
    `WITH corpus AS (SELECT head_revision FROM corpora WHERE index_name = $1),
     gone AS (
       UPDATE documents d SET kind = 'deleted', revision = corpus.head_revision + due.place, content_key = NULL,
         text_bytes = 0, attributes = '{"metadata":{}}', seen_scan = 0, misses = 0, missed_scan = 0
       FROM corpus, unnest($2::text[]) WITH ORDINALITY AS due(doc_id, place)
       WHERE d.index_name = $1 AND d.doc_id = due.doc_id)
     UPDATE corpora SET head_revision = head_revision + cardinality($2::text[]),
       present = present - cardinality($2::text[])
     WHERE index_name = $1 RETURNING head_revision AS head`,
    [index, ids],
  );
  return row?.head ?? 0;
}
