import pg from 'pg';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { connectPostgres } from '../../../../src/adapters/postgres/index.js';
import { migrate } from '../../../../src/adapters/postgres/migrate.js';
import { freshDatabase, type TestDatabase } from '../../../support/database.js';

let database: TestDatabase;

beforeEach(async () => {
  database = await freshDatabase();
});

afterEach(() => database.drop());

async function query<Row extends pg.QueryResultRow>(sql: string): Promise<Row[]> {
  const client = new pg.Client(database.url);
  await client.connect();
  try {
    return (await client.query<Row>(sql)).rows;
  } finally {
    await client.end();
  }
}

test('twenty processes may migrate an empty database at once', async () => {
  await Promise.all(Array.from({ length: 20 }, () => migrate(database.url)));

  const applied = await query<{ name: string }>('SELECT name FROM cutover_migrations ORDER BY id');
  expect(applied.map(({ name }) => name)).toEqual([
    '0001_corpus-log',
    '0002_versions',
    '0003_ledger-and-fence',
    '0004_decisions-and-audit',
    '0005_embedding-cache',
  ]);
  expect(await query('SELECT id FROM registry')).toHaveLength(1);
});

test('migrating again changes nothing and keeps the registry id', async () => {
  await migrate(database.url);
  const [before] = await query('SELECT id FROM registry');
  await migrate(database.url);

  expect(await query('SELECT id FROM registry')).toEqual([before]);
});

test('a registry that a newer program migrated is refused, by name of what is unknown', async () => {
  await migrate(database.url);
  await query(`INSERT INTO cutover_migrations (name, run_on) VALUES ('9999_from-the-future', now())`);

  await expect(connectPostgres({ url: database.url })).rejects.toMatchObject({
    code: 'REGISTRY_TOO_NEW',
    retryable: false,
    facts: { unknown: ['9999_from-the-future'] },
  });
});

test('migrating writes nothing to the terminal', async () => {
  const written = [
    vi.spyOn(process.stdout, 'write'),
    vi.spyOn(process.stderr, 'write'),
    ...(['log', 'info', 'warn', 'error'] as const).map((method) => vi.spyOn(console, method)),
  ];
  await migrate(database.url);

  for (const spy of written) expect(spy).not.toHaveBeenCalled();
});

test('a migration that fails half-way leaves nothing behind', async () => {
  await query('CREATE TABLE ledger (in_the_way int)');

  await expect(migrate(database.url)).rejects.toMatchObject({ code: 'INTERNAL' });
  expect(await query(`SELECT to_regclass('corpora') AS found`)).toEqual([{ found: null }]);
});
