import pg from 'pg';
import { translateError } from './errors.js';

/** One statement on the database. Rows are typed by the caller, next to the SQL that makes them. */
export interface Queries {
  query<Row extends pg.QueryResultRow = pg.QueryResultRow>(
    sql: string,
    values?: readonly unknown[],
  ): Promise<readonly Row[]>;
}

const LIMITS = {
  max: 10,
  connectionTimeoutMillis: 10_000,
  idleTimeoutMillis: 30_000,
  statement_timeout: 120_000,
  lock_timeout: 30_000,
  idle_in_transaction_session_timeout: 60_000,
  keepAlive: true,
};

const { INT8, TIMESTAMPTZ } = pg.types.builtins;

/** Counters fit a number for centuries; points in time are ISO 8601. */
const TYPES: pg.CustomTypesConfig = {
  getTypeParser(id, format) {
    if (id === INT8) return Number;
    const parse: unknown = pg.types.getTypeParser(id, format);
    if (id !== TIMESTAMPTZ) return parse;
    return (text: string) => (parse as (text: string) => Date)(text).toISOString();
  },
};

/**
 * A pool of connections with limits on every wait. Errors come out translated.
 *
 * Whoever locks several rows does so in this order: corpus, index, versions by number, leases, contents by key,
 * documents and ledger entries by id, totals.
 */
export class Database implements Queries {
  private readonly pool: pg.Pool;

  constructor(url: string) {
    this.pool = new pg.Pool({ ...LIMITS, connectionString: url, application_name: 'cutover', types: TYPES });
    // An idle connection that breaks is dropped from the pool; nobody waits for it.
    this.pool.on('error', () => undefined);
  }

  async query<Row extends pg.QueryResultRow = pg.QueryResultRow>(
    sql: string,
    values: readonly unknown[] = [],
  ): Promise<readonly Row[]> {
    try {
      return (await this.pool.query<Row>(sql, [...values])).rows;
    } catch (error) {
      throw translateError(error);
    }
  }

  /** All or nothing; whatever `work` throws rolls back. */
  async transaction<T>(work: (tx: Queries) => Promise<T>): Promise<T> {
    const client = await this.pool.connect().catch((error: unknown) => {
      throw translateError(error);
    });
    const tx: Queries = {
      query: async <Row extends pg.QueryResultRow>(sql: string, values: readonly unknown[] = []) =>
        (await client.query<Row>(sql, [...values])).rows,
    };
    let broken: Error | undefined;
    try {
      await client.query('BEGIN');
      const result = await work(tx);
      await client.query('COMMIT');
      return result;
    } catch (error) {
      await client.query('ROLLBACK').catch((failure: Error) => (broken = failure));
      throw translateError(error);
    } finally {
      client.release(broken);
    }
  }

  async close(): Promise<void> {
    await this.pool.end();
  }
}

/** Rows of a table's columns as parameters for `unnest`: one array a column. */
export const columns = <Row>(rows: readonly Row[], ...pick: readonly ((row: Row) => unknown)[]): unknown[][] =>
  pick.map((value) => rows.map((row) => value(row) ?? null));

/**
 * Many byte strings as one parameter, with the places where each begins (from 1, as SQL counts) and how long it is:
 * a bytea array would be sent as hexadecimal text, twice the size.
 */
export function packBytes(parts: readonly Uint8Array[]): { bytes: Buffer; starts: number[]; lengths: number[] } {
  const starts: number[] = [];
  let next = 1;
  for (const part of parts) {
    starts.push(next);
    next += part.byteLength;
  }
  return { bytes: Buffer.concat(parts), starts, lengths: parts.map((part) => part.byteLength) };
}
