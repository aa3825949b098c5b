import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { postgresChild } from '../../../../src/local/postgres/child.js';
import { startPostgres } from '../../../../src/local/postgres/start.js';

let home: string;

beforeEach(async () => {
  home = await mkdtemp(path.join(os.tmpdir(), 'cutover-postgres-'));
  await chmod(home, 0o711);
});

afterEach(() => rm(home, { recursive: true, force: true }));

async function query<Row extends pg.QueryResultRow>(url: string, sql: string): Promise<Row[]> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    return (await client.query<Row>(sql)).rows;
  } finally {
    await client.end();
  }
}

test('startPostgres() keeps data and password from one start to the next', async () => {
  const folder = path.join(home, 'postgres');
  const first = await startPostgres({ folder });
  await query(first.url, 'CREATE TABLE kept (n int); INSERT INTO kept VALUES (42)');
  await first.stop();

  const second = await startPostgres({ folder });
  const rows = await query(second.url, 'SELECT n FROM kept');
  await second.stop();

  expect(rows).toEqual([{ n: 42 }]);
});

test('the server is UTF-8 with C collation, durable, and on loopback only', async () => {
  const server = await startPostgres({ folder: path.join(home, 'postgres') });
  const [settings] = await query(
    server.url,
    `SELECT current_setting('server_encoding') AS encoding, current_setting('fsync') AS fsync,
            current_setting('listen_addresses') AS listen, current_setting('unix_socket_directories') AS sockets,
            (SELECT datcollate FROM pg_database WHERE datname = current_database()) AS collation`,
  );
  const wrong = new URL(server.url);
  wrong.password = 'guess';
  const refused = query(wrong.href, 'SELECT 1');
  await expect(refused).rejects.toThrow('password authentication failed');
  await server.stop();

  expect(settings).toEqual({ encoding: 'UTF8', fsync: 'on', listen: '127.0.0.1', sockets: '', collation: 'C' });
});

test('health() is false before the server runs and after it stopped', async () => {
  const folder = path.join(home, 'postgres');
  const server = await startPostgres({ folder });
  const child = await postgresChild({ folder, port: Number(new URL(server.url).port) });

  expect(await child.health()).toBe(true);
  await server.stop();
  expect(await child.health()).toBe(false);
});

test('only its owner may read the password', async () => {
  const folder = path.join(home, 'postgres');
  await postgresChild({ folder, port: 1 });

  expect((await stat(path.join(folder, 'password'))).mode & 0o777).toBe(0o600);
  expect((await stat(folder)).mode & 0o777).toBe(0o700);
});

test('data of a Postgres version that is not installed is refused by name, not overwritten', async () => {
  const folder = path.join(home, 'postgres');
  await mkdir(path.join(folder, 'data'), { recursive: true });
  await writeFile(path.join(folder, 'data/PG_VERSION'), '9\n');

  await expect(postgresChild({ folder, port: 1 })).rejects.toMatchObject({
    code: 'MISSING_DEPENDENCY',
    message: expect.stringContaining('Postgres 9, which made the data') as string,
  });
});

test('a server started for a script ends when the script is killed with -9', async () => {
  const script = `
    import { startPostgres } from './src/local/postgres/start.ts';
    const { pid } = await startPostgres({ folder: process.argv[1] });
    process.stdout.write(String(pid));
    setInterval(() => {}, 1000);`;
  const owner = spawn(
    process.execPath,
    ['--import', 'tsx', '--input-type=module', '-e', script, path.join(home, 'postgres')],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const [pid] = (await once(owner.stdout, 'data')) as [Buffer];
  owner.kill('SIGKILL');

  await expect.poll(() => isRunning(Number(pid)), { timeout: 10_000 }).toBe(false);
});

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

test.runIf(process.getuid?.() === 0)(
  'root with a home that the server may not enter keeps the data outside and notes where',
  async () => {
    await chmod(home, 0o700);
    const folder = path.join(home, 'postgres');
    const server = await startPostgres({ folder });
    await query(server.url, 'CREATE TABLE kept (n int)');
    await server.stop();

    const outside = (await readFile(path.join(folder, 'location.txt'), 'utf8')).trim();
    const again = await startPostgres({ folder });
    const tables = await query(again.url, `SELECT 1 AS found FROM pg_tables WHERE tablename = 'kept'`);
    await again.stop();
    await rm(outside, { recursive: true });

    expect(outside.startsWith(home)).toBe(false);
    expect(tables).toEqual([{ found: 1 }]);
  },
);
