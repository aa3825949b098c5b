import { readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { runner } from 'node-pg-migrate';
import pg from 'pg';
import { LifecycleError } from '../../domain/errors.js';
import { translateError } from './errors.js';

/** Plain SQL, read at run time: the build copies this folder beside the compiled adapter. */
const FOLDER = fileURLToPath(new URL('./migrations', import.meta.url));
const TABLE = 'cutover_migrations';
/** Others may be migrating: their lock is waited for. */
const LOCK_WAIT_MS = 60_000;

const SILENT = { info: () => undefined, warn: () => undefined, error: () => undefined };

/**
 * Bring the registry's schema to what this program knows. Any number of processes may do so at once: the library's
 * advisory lock lets one of them do the work, and the others find it done.
 *
 * @throws {LifecycleError} `REGISTRY_TOO_NEW` when a later program has migrated it, `REGISTRY_UNAVAILABLE`.
 */
export async function migrate(databaseUrl: string): Promise<void> {
  const client = new pg.Client({
    connectionString: databaseUrl,
    application_name: 'cutover migrate',
    connectionTimeoutMillis: 10_000,
    lock_timeout: LOCK_WAIT_MS,
  });
  // A connection that breaks while idle is reported by the next query as well.
  client.on('error', () => undefined);
  try {
    await client.connect();
    if (await isCurrent(client)) return;
    await runner({
      dbClient: client,
      dir: FOLDER,
      migrationsTable: TABLE,
      direction: 'up',
      singleTransaction: true,
      advisoryLockMode: 'wait',
      logger: SILENT,
    });
  } catch (error) {
    throw translateError(error);
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** @throws {LifecycleError} `REGISTRY_TOO_NEW` */
async function isCurrent(client: pg.Client): Promise<boolean> {
  const known = (await readdir(FOLDER)).filter((file) => file.endsWith('.sql')).map((file) => file.slice(0, -4));
  const { rows: tables } = await client.query<{ found: string | null }>(`SELECT to_regclass('${TABLE}') AS found`);
  if (tables[0]?.found === null) return false;
  const { rows } = await client.query<{ name: string }>(`SELECT name FROM ${TABLE}`);
  const unknown = rows.map(({ name }) => name).filter((name) => !known.includes(name));
  if (unknown.length > 0) {
    throw new LifecycleError(
      'REGISTRY_TOO_NEW',
      `The registry was migrated by a newer cutover: ${unknown.join(', ')}`,
      {
        facts: { unknown },
        hint: 'Update cutover on this machine to the version that migrated it',
      },
    );
  }
  return rows.length === known.length;
}
