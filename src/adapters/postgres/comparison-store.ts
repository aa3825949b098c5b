import { promisify } from 'node:util';
import { deflateRaw, inflateRaw } from 'node:zlib';
import type { IndexName, Sha256, VersionNumber } from '../../domain/ids.js';
import type { JsonObject } from '../../domain/json.js';
import type { ComparisonRecord, ComparisonStore } from '../../ports/comparison-store.js';
import { resealed } from '../registry-errors.js';
import { defined } from '../registry-rules.js';
import type { Database } from './database.js';

interface Row {
  readonly id: string;
  readonly index_name: IndexName;
  readonly live: VersionNumber | null;
  readonly candidate: VersionNumber;
  readonly verdict: string | null;
  readonly golden_set: Sha256;
  readonly report: JsonObject;
  readonly digest: Sha256;
  readonly created_at: string;
}

const COLUMNS = 'id, index_name, live, candidate, verdict, golden_set, report, digest, created_at';

const toRecord = (row: Row): ComparisonRecord =>
  defined({
    id: row.id,
    index: row.index_name,
    live: row.live ?? undefined,
    candidate: row.candidate,
    verdict: row.verdict,
    goldenSet: row.golden_set,
    report: row.report,
    digest: row.digest,
    createdAt: row.created_at,
  });

const compress = promisify(deflateRaw);
const expand = promisify(inflateRaw);

export class PostgresComparisonStore implements ComparisonStore {
  constructor(private readonly db: Database) {}

  async seal(record: ComparisonRecord, runs: { readonly live?: string; readonly candidate: string }): Promise<void> {
    await this.db.query(
      `INSERT INTO comparisons (${COLUMNS}, live_run, candidate_run)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT (id) DO NOTHING`,
      [
        record.id,
        record.index,
        record.live ?? null,
        record.candidate,
        record.verdict,
        record.goldenSet,
        JSON.stringify(record.report),
        record.digest,
        record.createdAt,
        runs.live === undefined ? null : await compress(runs.live),
        await compress(runs.candidate),
      ],
    );
    if ((await this.get(record.id))?.digest !== record.digest) throw resealed(record.id);
  }

  async get(id: string): Promise<ComparisonRecord | undefined> {
    const [row] = await this.db.query<Row>(`SELECT ${COLUMNS} FROM comparisons WHERE id = $1`, [id]);
    return row && toRecord(row);
  }

  async runs(id: string): Promise<{ readonly live?: string; readonly candidate: string } | undefined> {
    const [row] = await this.db.query<{ live_run: Buffer | null; candidate_run: Buffer }>(
      'SELECT live_run, candidate_run FROM comparisons WHERE id = $1',
      [id],
    );
    if (row === undefined) return undefined;
    const candidate = (await expand(row.candidate_run)).toString();
    return row.live_run === null ? { candidate } : { live: (await expand(row.live_run)).toString(), candidate };
  }

  async latest(index: IndexName, candidate: VersionNumber): Promise<ComparisonRecord | undefined> {
    const [row] = await this.db.query<Row>(
      `SELECT ${COLUMNS} FROM comparisons WHERE index_name = $1 AND candidate = $2 ORDER BY sealed DESC LIMIT 1`,
      [index, candidate],
    );
    return row && toRecord(row);
  }

  async looks(index: IndexName, candidateFingerprint: string, goldenSet: Sha256): Promise<number> {
    const [row] = await this.db.query<{ looks: number }>(
      `SELECT count(*) AS looks FROM comparisons c
       JOIN versions v ON v.index_name = c.index_name AND v.number = c.candidate
       WHERE c.index_name = $1 AND v.version_fingerprint = $2 AND c.golden_set = $3 AND c.verdict IS NOT NULL`,
      [index, candidateFingerprint, goldenSet],
    );
    return row?.looks ?? 0;
  }
}
