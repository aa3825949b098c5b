import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { inject } from 'vitest';

export interface TestDatabase {
  readonly url: string;
  drop(): Promise<void>;
}

/** An empty database of one's own on the run's server, or on `CUTOVER_TEST_DATABASE_URL`. Drop it in `afterAll`. */
export async function freshDatabase(): Promise<TestDatabase> {
  const server = process.env['CUTOVER_TEST_DATABASE_URL'] ?? (await askBroker());
  const name = `cutover_test_${randomBytes(6).toString('hex')}`;
  await onServer(server, `CREATE DATABASE ${name}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  return {
    url: url.href,
    drop: () => onServer(server, `DROP DATABASE ${name} WITH (FORCE)`),
  };
}

async function askBroker(): Promise<string> {
  const response = await fetch(inject('databaseBroker'));
  const body = await response.text();
  if (!response.ok) throw new Error(`No Postgres for the tests: ${body}`);
  return body;
}

async function onServer(url: string, sql: string): Promise<void> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
