import type { DocId, Revision } from '../../domain/ids.js';
import type { Ledger, LedgerEntry, LogDisagreement, VersionKey } from '../../ports/ledger.js';
import { byDocId, defined } from '../registry-rules.js';
import { columns, type Database } from './database.js';
import { storable } from './document-rows.js';

interface Row {
  readonly doc_id: DocId;
  readonly revision: Revision;
  readonly applied_revision: Revision | null;
  readonly content_hash: string;
  readonly chunk_count: number;
  readonly chunk_digest: string;
  readonly quarantine: string | null;
}

const COLUMNS = 'doc_id, revision, applied_revision, content_hash, chunk_count, chunk_digest, quarantine';

const toEntry = (row: Row): LedgerEntry =>
  defined({
    docId: row.doc_id,
    revision: row.revision,
    appliedRevision: row.applied_revision ?? undefined,
    contentHash: row.content_hash,
    chunkCount: row.chunk_count,
    chunkDigest: row.chunk_digest,
    quarantine: row.quarantine ?? undefined,
  });

export class PostgresLedger implements Ledger {
  constructor(private readonly db: Database) {}

  async entries(version: VersionKey, ids: readonly DocId[]): Promise<ReadonlyMap<DocId, LedgerEntry>> {
    const rows = await this.db.query<Row>(
      `SELECT ${COLUMNS} FROM ledger WHERE index_name = $1 AND number = $2 AND doc_id = ANY($3::text[])`,
      [version.index, version.number, storable(ids)],
    );
    return new Map(rows.map((row) => [row.doc_id, toEntry(row)]));
  }

  async write(version: VersionKey, entries: readonly LedgerEntry[]): Promise<void> {
    if (entries.length === 0) return;
    await this.db.query(
      `INSERT INTO ledger AS l (index_name, number, ${COLUMNS})
       SELECT $1, $2, * FROM unnest(
         $3::text[], $4::bigint[], $5::bigint[], $6::text[], $7::integer[], $8::text[], $9::text[])
       ON CONFLICT (index_name, number, doc_id) DO UPDATE SET
         revision = EXCLUDED.revision, applied_revision = EXCLUDED.applied_revision,
         content_hash = EXCLUDED.content_hash, chunk_count = EXCLUDED.chunk_count,
         chunk_digest = EXCLUDED.chunk_digest, quarantine = EXCLUDED.quarantine
       WHERE l.revision <= EXCLUDED.revision`,
      [
        version.index,
        version.number,
        ...columns(
          latestInOrder(entries),
          ({ docId }) => docId,
          ({ revision }) => revision,
          ({ appliedRevision }) => appliedRevision,
          ({ contentHash }) => contentHash,
          ({ chunkCount }) => chunkCount,
          ({ chunkDigest }) => chunkDigest,
          ({ quarantine }) => quarantine,
        ),
      ],
    );
  }

  async *pages(version: VersionKey, pageEntries: number): AsyncIterable<readonly LedgerEntry[]> {
    let after: { readonly id: string; readonly compare: '>' | '>=' } = { id: '', compare: '>=' };
    for (;;) {
      const rows: readonly Row[] = await this.db.query<Row>(
        `SELECT ${COLUMNS} FROM ledger WHERE index_name = $1 AND number = $2 AND doc_id ${after.compare} $3
         ORDER BY doc_id LIMIT $4`,
        [version.index, version.number, after.id, pageEntries],
      );
      const last = rows.at(-1);
      if (last === undefined) return;
      yield rows.map(toEntry);
      after = { id: last.doc_id, compare: '>' };
    }
  }

  async disagreements(version: VersionKey, watermark: Revision, limit: number): Promise<readonly LogDisagreement[]> {
    const rows = await this.db.query<{ doc_id: DocId; log: Revision; ledger: Revision | null }>(
      `SELECT d.doc_id, d.revision AS log, l.revision AS ledger
       FROM documents d LEFT JOIN ledger l ON l.index_name = d.index_name AND l.number = $2 AND l.doc_id = d.doc_id
       WHERE d.index_name = $1 AND d.revision <= $3 AND (l.revision IS NULL OR l.revision < d.revision)
       ORDER BY d.doc_id LIMIT $4`,
      [version.index, version.number, watermark, limit],
    );
    return rows.map(({ doc_id, log, ledger }) =>
      defined({ docId: doc_id, logRevision: log, ledgerRevision: ledger ?? undefined }),
    );
  }

  async totals(
    version: VersionKey,
  ): Promise<{ readonly documents: number; readonly chunks: number; readonly quarantined: number }> {
    const [row] = await this.db.query<{ documents: number; chunks: number; quarantined: number }>(
      'SELECT documents, chunks, quarantined FROM version_totals WHERE index_name = $1 AND number = $2',
      [version.index, version.number],
    );
    return row ?? { documents: 0, chunks: 0, quarantined: 0 };
  }

  async quarantined(version: VersionKey, limit: number): Promise<readonly LedgerEntry[]> {
    const rows = await this.db.query<Row>(
      `SELECT ${COLUMNS} FROM ledger WHERE index_name = $1 AND number = $2 AND quarantine IS NOT NULL
       ORDER BY doc_id LIMIT $3`,
      [version.index, version.number, limit],
    );
    return rows.map(toEntry);
  }
}

/** One entry a document, in id order: two batches that overlap then never wait for each other in a circle. */
function latestInOrder(entries: readonly LedgerEntry[]): readonly LedgerEntry[] {
  const latest = new Map<DocId, LedgerEntry>();
  for (const entry of entries) {
    if ((latest.get(entry.docId)?.revision ?? 0) <= entry.revision) latest.set(entry.docId, entry);
  }
  return [...latest.values()].sort((a, b) => byDocId(a.docId, b.docId));
}
