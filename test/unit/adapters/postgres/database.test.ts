import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Database } from '../../../../src/adapters/postgres/database.js';
import { connectPostgres } from '../../../../src/adapters/postgres/index.js';
import { LifecycleError } from '../../../../src/domain/errors.js';
import { freshDatabase, type TestDatabase } from '../../../support/database.js';

let database: TestDatabase;
let db: Database;

beforeAll(async () => {
  database = await freshDatabase();
  db = new Database(database.url);
  await db.query('CREATE TABLE things (id int PRIMARY KEY)');
});

afterAll(async () => {
  await db.close();
  await database.drop();
});

const away = { code: 'REGISTRY_UNAVAILABLE', retryable: true };

test('counters are numbers and points in time are ISO 8601', async () => {
  const [row] = await db.query(`SELECT 5000000000::bigint AS big, '2026-01-02 03:04:05.678+02'::timestamptz AS at`);

  expect(row).toEqual({ big: 5_000_000_000, at: '2026-01-02T01:04:05.678Z' });
});

test('a transaction whose work throws leaves nothing, and our own errors pass as they are', async () => {
  const refusal = new LifecycleError('ON_HOLD', 'no');
  const work = db.transaction(async (tx) => {
    await tx.query('INSERT INTO things VALUES (1)');
    throw refusal;
  });

  await expect(work).rejects.toBe(refusal);
  expect(await db.query('SELECT id FROM things')).toEqual([]);
});

test('a server that is not there is worth a retry', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');

  await expect(connectPostgres({ url: `postgres://a:b@127.0.0.1:${port}/c` })).rejects.toMatchObject(away);
});

test('a wrong password is not worth a retry, and the error does not repeat it', async () => {
  const url = new URL(database.url);
  url.password = 'secret-guess';
  const error: unknown = await connectPostgres({ url: url.href }).catch((caught: unknown) => caught);

  expect(error).toMatchObject({ code: 'REGISTRY_UNAVAILABLE', retryable: false });
  expect(String(error)).not.toContain('secret-guess');
});

test('connections killed by the server fail their query, worth a retry, and the next query gets a new one', async () => {
  const killer = new pg.Client(database.url);
  await killer.connect();
  const running = db.query('SELECT pg_sleep(20)');
  const checked = expect(running).rejects.toMatchObject(away);
  await expect
    .poll(async () => {
      const { rowCount } = await killer.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep%' AND pid <> pg_backend_pid()`,
      );
      return rowCount;
    })
    .toBe(1);
  await checked;
  await killer.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                      WHERE datname = current_database() AND pid <> pg_backend_pid()`);
  await killer.end();

  await expect.poll(() => db.query('SELECT 1 AS one').catch(() => 'not yet')).toEqual([{ one: 1 }]);
});

test('a deadlock is worth a retry', async () => {
  await db.query('INSERT INTO things VALUES (11), (12)');
  let locked = 0;
  const lockBoth = (first: number, second: number) =>
    db.transaction(async (tx) => {
      await tx.query('SELECT id FROM things WHERE id = $1 FOR UPDATE', [first]);
      locked += 1;
      while (locked < 2) await new Promise((resolve) => setImmediate(resolve));
      await tx.query('SELECT id FROM things WHERE id = $1 FOR UPDATE', [second]);
    });
  const outcomes = await Promise.allSettled([lockBoth(11, 12), lockBoth(12, 11)]);

  const failed = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason as unknown] : []));
  expect(failed).toHaveLength(1);
  expect(failed[0]).toMatchObject(away);
});

test('a mistake of ours is INTERNAL and keeps its cause', async () => {
  await expect(db.query('SELECT nonsense')).rejects.toMatchObject({
    code: 'INTERNAL',
    retryable: false,
    cause: { code: '42703' },
  });
});
