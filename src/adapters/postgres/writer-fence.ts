import type { Slice } from '../../domain/corpus/document.js';
import type { DocId, Revision } from '../../domain/ids.js';
import type { VersionKey } from '../../ports/ledger.js';
import type { LeaseGrant, SliceLease, WriterFence, WriterGrant } from '../../ports/writer-fence.js';
import { leaseLost, staleWriter, unknownVersion } from '../registry-errors.js';
import type { Database, Queries } from './database.js';

/** Milliseconds until a lease ends, by the clock of this very moment: the transaction may have waited for a lock. */
const REMAINING = `greatest(0, ceil(extract(epoch FROM lease_until - clock_timestamp()) * 1000))::bigint`;
const FROM_NOW = (parameter: string): string => `clock_timestamp() + ${parameter} * interval '1 millisecond'`;

interface SupersededLease {
  readonly from_revision: Revision;
  readonly to_revision: Revision;
  readonly head_at_start: Revision;
}

export class PostgresWriterFence implements WriterFence {
  constructor(private readonly db: Database) {}

  async takeOver(version: VersionKey): Promise<WriterGrant> {
    const key = [version.index, version.number];
    return this.db.transaction(async (tx) => {
      const [row] = await tx.query<{ writer: number; watermark: Revision }>(
        'UPDATE versions SET writer = writer + 1 WHERE index_name = $1 AND number = $2 RETURNING writer, watermark',
        key,
      );
      if (row === undefined) throw unknownVersion(version);
      const open = await tx.query<SupersededLease>(
        `UPDATE slice_leases SET state = 'superseded'
         WHERE index_name = $1 AND number = $2 AND state = 'held'
         RETURNING from_revision, to_revision, head_at_start`,
        key,
      );
      await queueSweeps(tx, version, open);
      await tx.query(
        `DELETE FROM slice_leases
         WHERE index_name = $1 AND number = $2 AND (state = 'released' OR lease_until <= clock_timestamp())`,
        key,
      );
      const [wait] = await tx.query<{ ms: number }>(
        `SELECT coalesce(max(${REMAINING}), 0) AS ms FROM slice_leases WHERE index_name = $1 AND number = $2`,
        key,
      );
      return { ...row, waitMs: wait?.ms ?? 0 };
    });
  }

  async acquire(slice: VersionKey & Slice & { readonly writer: number }, leaseMs: number): Promise<LeaseGrant> {
    return this.db.transaction(async (tx) => {
      // Shared: other slices may be acquired meanwhile, a take-over may not.
      await requireWriter(tx, slice, 'FOR SHARE');
      const key = [slice.index, slice.number, slice.from, slice.to];
      const [earlier] = await tx.query<SupersededLease & { state: string; remaining: number }>(
        `SELECT from_revision, to_revision, head_at_start, state,
                CASE WHEN state = 'released' THEN 0 ELSE ${REMAINING} END AS remaining
         FROM slice_leases WHERE ${THIS_SLICE} FOR UPDATE`,
        key,
      );
      if (earlier?.state === 'held') await queueSweeps(tx, slice, [earlier]);
      const [granted] = await tx.query<{ attempt: number }>(
        `INSERT INTO slice_leases AS l
           (index_name, number, from_revision, to_revision, writer, attempt, lease_until, state, head_at_start)
         VALUES ($1, $2, $3, $4, $5, 1, ${FROM_NOW('$6')}, 'held',
           coalesce((SELECT head_revision FROM corpora WHERE index_name = $1), 0))
         ON CONFLICT (index_name, number, from_revision, to_revision) DO UPDATE SET
           writer = EXCLUDED.writer, attempt = l.attempt + 1, state = 'held', head_at_start = EXCLUDED.head_at_start,
           lease_until = CASE WHEN l.state = 'released' THEN EXCLUDED.lease_until
                              ELSE greatest(l.lease_until, EXCLUDED.lease_until) END
         RETURNING attempt`,
        [...key, slice.writer, leaseMs],
      );
      return { attempt: granted?.attempt ?? 1, waitMs: earlier?.remaining ?? 0 };
    });
  }

  async renew(lease: SliceLease, leaseMs: number): Promise<void> {
    // One statement. A take-over marks the lease's row, so whichever of the two comes second sees the other.
    const renewed = await this.db.query(
      `UPDATE slice_leases l SET lease_until = ${FROM_NOW('$7')}
       FROM versions v
       WHERE ${THIS_ATTEMPT} AND v.index_name = l.index_name AND v.number = l.number AND v.writer = l.writer
       RETURNING 1`,
      [...attemptOf(lease), leaseMs],
    );
    if (renewed.length > 0) return;
    await requireWriter(this.db, lease, '');
    throw leaseLost(lease);
  }

  async release(lease: SliceLease): Promise<void> {
    await this.db.query(`UPDATE slice_leases l SET state = 'released' WHERE ${THIS_ATTEMPT}`, attemptOf(lease));
  }

  async anyLease(version: VersionKey): Promise<boolean> {
    const found = await this.db.query(
      `SELECT 1 FROM slice_leases
       WHERE index_name = $1 AND number = $2 AND state <> 'released' AND lease_until > clock_timestamp() LIMIT 1`,
      [version.index, version.number],
    );
    return found.length > 0;
  }

  async queuedSweeps(version: VersionKey, limit: number): Promise<readonly DocId[]> {
    const rows = await this.db.query<{ doc_id: DocId }>(
      'SELECT doc_id FROM sweeps WHERE index_name = $1 AND number = $2 ORDER BY queued LIMIT $3',
      [version.index, version.number, limit],
    );
    return rows.map(({ doc_id }) => doc_id);
  }

  async finishSweeps(version: VersionKey & { readonly writer?: number }, ids: readonly DocId[]): Promise<void> {
    await this.db.transaction(async (tx) => {
      if (version.writer !== undefined) await requireWriter(tx, { ...version, writer: version.writer }, 'FOR SHARE');
      await tx.query('DELETE FROM sweeps WHERE index_name = $1 AND number = $2 AND doc_id = ANY($3::text[])', [
        version.index,
        version.number,
        ids,
      ]);
    });
  }

  async advanceWatermark(version: VersionKey & { readonly writer: number }, to: Revision): Promise<Revision> {
    return this.db.transaction(async (tx) => {
      // A switch is opened under this row's lock: none appears while we look.
      const [index] = await tx.query<{ switch_from: number | null; switch_to: number | null }>(
        'SELECT switch_from, switch_to FROM indexes WHERE index_name = $1 FOR SHARE',
        [version.index],
      );
      const watermark = await requireWriter(tx, version, 'FOR NO KEY UPDATE');
      const named = index?.switch_from === version.number || index?.switch_to === version.number;
      if (named || to <= watermark) return watermark;
      const [row] = await tx.query<{ watermark: Revision }>(
        `UPDATE versions v SET watermark = $3 WHERE index_name = $1 AND number = $2
           AND NOT EXISTS (SELECT FROM sweeps s WHERE s.index_name = $1 AND s.number = $2)
         RETURNING watermark`,
        [version.index, version.number, to],
      );
      return row?.watermark ?? watermark;
    });
  }
}

const THIS_SLICE = 'index_name = $1 AND number = $2 AND from_revision = $3 AND to_revision = $4';
const THIS_ATTEMPT = `l.index_name = $1 AND l.number = $2 AND l.from_revision = $3 AND l.to_revision = $4
  AND l.writer = $5 AND l.attempt = $6 AND l.state = 'held'`;

const attemptOf = ({ index, number, from, to, writer, attempt }: SliceLease): unknown[] => [
  index,
  number,
  from,
  to,
  writer,
  attempt,
];

/**
 * @returns the version's watermark
 * @throws {LifecycleError} `STALE_WRITER`, `NOT_FOUND`
 */
async function requireWriter(
  tx: Queries,
  version: VersionKey & { readonly writer: number },
  lock: '' | 'FOR SHARE' | 'FOR NO KEY UPDATE',
): Promise<Revision> {
  const [row] = await tx.query<{ writer: number; watermark: Revision }>(
    `SELECT writer, watermark FROM versions WHERE index_name = $1 AND number = $2 ${lock}`,
    [version.index, version.number],
  );
  if (row === undefined) throw unknownVersion(version);
  if (row.writer !== version.writer) throw staleWriter(version);
  return row.watermark;
}

/** Documents the attempts may have written: those of their slices, and those that have left them since they began. */
async function queueSweeps(tx: Queries, version: VersionKey, leases: readonly SupersededLease[]): Promise<void> {
  if (leases.length === 0) return;
  await tx.query(
    `INSERT INTO sweeps (index_name, number, doc_id)
     SELECT DISTINCT $1, $2::integer, touched.doc_id
     FROM unnest($3::bigint[], $4::bigint[], $5::bigint[]) AS l(from_revision, to_revision, head_at_start)
     CROSS JOIN LATERAL (
       SELECT doc_id FROM documents
       WHERE index_name = $1 AND revision > l.from_revision AND revision <= l.to_revision
       UNION ALL
       SELECT doc_id FROM documents WHERE index_name = $1 AND revision > l.head_at_start) touched
     ORDER BY touched.doc_id
     ON CONFLICT DO NOTHING`,
    [
      version.index,
      version.number,
      leases.map((lease) => lease.from_revision),
      leases.map((lease) => lease.to_revision),
      leases.map((lease) => lease.head_at_start),
    ],
  );
}
