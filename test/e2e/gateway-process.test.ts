import type { ChildProcess } from 'node:child_process';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { connectPostgres } from '../../src/adapters/postgres/index.js';
import type { OpenRegistry } from '../../src/adapters/postgres/index.js';
import { connectQdrant } from '../../src/adapters/qdrant/connect-qdrant.js';
import { CutoverClient } from '../../src/client/index.js';
import { aliasName } from '../../src/domain/ids.js';
import { startVectorServer } from '../../src/local/vectors/start-vector-server.js';
import type { VectorServer } from '../../src/local/vectors/start-vector-server.js';
import type { TestDatabase } from '../support/database.js';
import { freshDatabase } from '../support/database.js';
import { SearchWorld } from '../support/search-world.js';

const ENTRY = fileURLToPath(new URL('../../src/gateway-main.ts', import.meta.url));

let folder: string;
let database: TestDatabase;
let registry: OpenRegistry;
let vectorServer: VectorServer;
let world: SearchWorld;
const children: ChildProcess[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cutover-gateway-'));
  database = await freshDatabase();
  registry = await connectPostgres({ url: database.url });
  vectorServer = await startVectorServer({ folder: join(folder, 'vectors'), port: 0 });
  world = await new SearchWorld({
    registry: registry.registry,
    vectors: connectQdrant({ url: vectorServer.url }),
  }).index();
  await world.flip((await world.build({ kind: 'hashing', dimensions: 64, seed: 1 })).number);
});

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

afterAll(async () => {
  await vectorServer.close();
  await registry.close();
  await database.drop();
  await rm(folder, { recursive: true });
});

function start(environment: Readonly<Record<string, string>>) {
  const child = fork(ENTRY, {
    execArgv: ['--import', 'tsx'],
    env: { PATH: process.env['PATH'], ...environment },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  children.push(child);
  let errors = '';
  child.stderr?.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  return { child, ended: once(child, 'exit'), errors: () => errors };
}

async function startReady() {
  const gateway = start({ DATABASE_URL: database.url, QDRANT_URL: vectorServer.url });
  const first = await Promise.race([
    once(gateway.child, 'message'),
    gateway.ended.then(() => Promise.reject(new Error(gateway.errors()))),
  ]);
  const { port, ...message } = first[0] as { type: string; port: number };
  expect(message).toEqual({ type: 'ready' });
  return { ...gateway, url: `http://127.0.0.1:${port}` };
}

test('the gateway process says where it is, answers, puts the alias right and drains on SIGTERM', async () => {
  const { child, ended, url } = await startReady();
  const answer = await new CutoverClient({ url, index: 'docs' }).search({ query: 'apples on trees' });
  expect(answer).toMatchObject({ version: 1, epoch: 1, collection: 'docs_v1' });
  expect(answer.hits[0]?.docId).toBe('apple');
  // The flip was recorded without moving the alias: what a crash between two steps leaves.
  await vi.waitFor(async () => expect(await world.vectors.resolveAlias(aliasName('docs'))).toBe('docs_v1'), {
    timeout: 11_000,
  });
  child.kill('SIGTERM');
  expect(await ended).toEqual([0, null]);
});

test('the gateway process ends with its supervisor', async () => {
  const { child, ended } = await startReady();
  child.disconnect();
  expect(await ended).toEqual([0, null]);
});

test('the gateway process names what it was not given', async () => {
  const { ended, errors } = start({ DATABASE_URL: database.url });
  expect(await ended).toEqual([1, null]);
  expect(JSON.parse(errors())).toMatchObject({
    code: 'STACK_INCOMPLETE',
    message: expect.stringContaining('QDRANT_URL'),
  });
});
