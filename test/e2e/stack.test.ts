import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { ensureStack, stackStatus, stopStack } from '../../src/local/index.js';
import { nodeCommandFor } from '../../src/local/node-command.js';
import { ENSURE_STACK, FAILING_WORKER, STAND_INS } from '../support/stack/entries.js';

const NAMES = ['postgres', 'temporal', 'vectors', 'worker', 'gateway'];
const START_MS = 60_000;

const quiet = { environment: {}, explicit: true, onProgress: () => {}, entries: STAND_INS };

async function makeHome(): Promise<string> {
  return mkdtemp(path.join(tmpdir(), 'cutover-stack-'));
}

/** Command lines of processes that name the folder; its own programs always do. */
function processesOf(home: string): readonly string[] {
  const { stdout } = spawnSync('ps', ['-axo', 'pid=,stat=,args='], { encoding: 'utf8' });
  return stdout.split('\n').filter((line) => line.includes(home) && !/^\s*\d+\s+Z/.test(line));
}

async function pids(home: string): Promise<Record<string, number>> {
  const { services } = await stackStatus(home, {});
  return Object.fromEntries(services.map(({ name, pid }) => [name, pid ?? 0]));
}

async function supervisorPid(home: string): Promise<number> {
  const record = JSON.parse(await readFile(path.join(home, 'stack.json'), 'utf8')) as {
    supervisor: { pid: number } | null;
  };
  return record.supervisor?.pid ?? 0;
}

function startElsewhere(home: string) {
  const { command, args } = nodeCommandFor(ENSURE_STACK);
  const child = spawn(command, [...args, home], { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const result = once(child, 'close').then(
    () => JSON.parse(output.trim().split('\n').at(-1) ?? '') as { services?: { pid: number }[]; code?: string },
  );
  return { child, result, output: () => output };
}

describe('a running stack', () => {
  let home: string;
  beforeAll(async () => {
    home = await makeHome();
  }, START_MS);
  afterAll(async () => {
    await stopStack(home);
    await rm(home, { recursive: true, force: true });
  });

  test('two commands that start it at once get the same one', { timeout: START_MS }, async () => {
    const [first, second] = await Promise.all([startElsewhere(home).result, startElsewhere(home).result]);
    expect(first.services).toHaveLength(NAMES.length);
    expect(second).toEqual(first);
  });

  test('its database answers at the address that commands get', { timeout: START_MS }, async () => {
    const { databaseUrl, services } = await ensureStack({ ...quiet, home });
    expect(services.map(({ name }) => name)).toEqual(NAMES);
    const client = new pg.Client({ connectionString: databaseUrl });
    await client.connect();
    const { rows } = await client.query<{ one: number }>('select 1 as one');
    await client.end();
    expect(rows).toEqual([{ one: 1 }]);
    const password = new URL(databaseUrl).password;
    expect(password).not.toBe('');
    expect(await readFile(path.join(home, 'stack.json'), 'utf8')).not.toContain(password);
  });

  test.each(NAMES)('%s is back within 5 s of kill -9, where it was', { timeout: START_MS }, async (name) => {
    const before = (await stackStatus(home, {})).services.find((service) => service.name === name);
    process.kill(before?.pid ?? 0, 'SIGKILL');
    const now = async () => {
      const found = (await stackStatus(home, {})).services.find((service) => service.name === name);
      return { url: found?.url, state: found?.state, isNew: found?.pid !== undefined && found.pid !== before?.pid };
    };
    await expect.poll(now, { timeout: 5_000, interval: 50 }).toMatchObject({ url: before?.url, isNew: true });
    // What it then does to be ready takes as long as the machine lets it.
    await expect.poll(now, { timeout: 30_000, interval: 50 }).toMatchObject({ url: before?.url, state: 'running' });
  });

  test(
    'after kill -9 of its supervisor the next command goes on with the databases',
    { timeout: START_MS },
    async () => {
      const before = await pids(home);
      const addresses = (await stackStatus(home, {})).services.map(({ url }) => url);
      process.kill(await supervisorPid(home), 'SIGKILL');
      const { services } = await ensureStack({ ...quiet, home });
      const after = await pids(home);
      expect({ postgres: after['postgres'], temporal: after['temporal'] }).toEqual({
        postgres: before['postgres'],
        temporal: before['temporal'],
      });
      expect(after['worker']).not.toBe(before['worker']);
      expect(services.map(({ url }) => url)).toEqual(addresses);
      expect(services.every(({ state }) => state === 'running')).toBe(true);
    },
  );

  test('an adopted database that dies is started again too', { timeout: START_MS }, async () => {
    const before = await pids(home);
    process.kill(before['postgres'] ?? 0, 'SIGKILL');
    await expect
      .poll(async () => (await stackStatus(home, {})).services[0], { timeout: 30_000, interval: 50 })
      .toMatchObject({ name: 'postgres', state: 'running', pid: expect.not.toBeOneOf([before['postgres']]) as number });
  });

  test('other configured parts than it was started with are refused', async () => {
    const environment = { qdrantUrl: 'http://127.0.0.1:1' };
    await expect(ensureStack({ ...quiet, home, environment })).rejects.toMatchObject({ code: 'ALREADY_RUNNING' });
  });

  test('down stops what a dead supervisor left and leaves nothing', { timeout: START_MS }, async () => {
    process.kill(await supervisorPid(home), 'SIGKILL');
    expect(await stopStack(home)).toEqual(expect.arrayContaining(['postgres', 'temporal']));
    expect(processesOf(home)).toEqual([]);
    expect((await stackStatus(home, {})).services).toEqual([]);
    expect(await stopStack(home)).toEqual([]);
  });

  test('it comes back at its old addresses, and down stops it in order', { timeout: START_MS }, async () => {
    const before = JSON.parse(await readFile(path.join(home, 'stack.json'), 'utf8')) as { services: { url: string }[] };
    const { services } = await ensureStack({ ...quiet, home, explicit: false });
    expect(services.map(({ url }) => url || null)).toEqual(before.services.map(({ url }) => url));
    expect(await stopStack(home)).toEqual(NAMES);
    expect(processesOf(home)).toEqual([]);
  });
});

describe('a start that does not succeed', () => {
  async function freshHome(): Promise<string> {
    const home = await makeHome();
    onTestFinished(async () => {
      await stopStack(home);
      await rm(home, { recursive: true, force: true });
    });
    return home;
  }

  test('says which service failed with the end of its log, and leaves nothing', { timeout: START_MS }, async () => {
    const home = await freshHome();
    await expect(
      ensureStack({ ...quiet, home, entries: { ...STAND_INS, worker: FAILING_WORKER } }),
    ).rejects.toMatchObject({
      code: 'SERVICE_UNAVAILABLE',
      message: 'Cannot start worker: ended with exit code 3\n  the worker could not read its settings',
    });
    expect(processesOf(home)).toEqual([]);
    expect((await stackStatus(home, {})).services).toEqual([]);
  });

  test('Ctrl-C while it starts stops what was started', { timeout: START_MS }, async () => {
    const home = await freshHome();
    const start = startElsewhere(home);
    await expect.poll(() => start.output(), { timeout: 30_000, interval: 20 }).toContain('Starting postgres');
    start.child.kill('SIGINT');
    expect(await start.result).toEqual({ code: 'CANCELLED' });
    expect(processesOf(home)).toEqual([]);
  });

  test('a fully configured environment is used as it is, without a home folder', async () => {
    const home = path.join(await freshHome(), 'none');
    const environment = {
      databaseUrl: 'postgres://me:secret@127.0.0.1:1/db',
      temporalAddress: '127.0.0.1:1',
      qdrantUrl: 'http://127.0.0.1:1/',
    };
    expect(await ensureStack({ ...quiet, home, environment, explicit: false })).toEqual({
      databaseUrl: environment.databaseUrl,
      temporalAddress: environment.temporalAddress,
      vectorsUrl: environment.qdrantUrl,
      gatewayUrl: undefined,
      services: [
        { name: 'postgres', url: 'postgres://127.0.0.1:1/db', state: 'unreachable' },
        { name: 'temporal', url: '127.0.0.1:1', state: 'unreachable' },
        { name: 'vectors', url: 'http://127.0.0.1:1', state: 'unreachable' },
      ],
    });
    expect(existsSync(home)).toBe(false);
  });

  test('a half-configured environment names the missing parts', async () => {
    const home = await freshHome();
    const environment = { qdrantUrl: 'http://127.0.0.1:1' };
    await expect(ensureStack({ ...quiet, home, environment, explicit: false })).rejects.toMatchObject({
      code: 'STACK_INCOMPLETE',
      facts: { missing: ['DATABASE_URL', 'TEMPORAL_ADDRESS'] },
    });
  });
});

test('a stack whose home folder is deleted stops', { timeout: START_MS }, async () => {
  const home = await makeHome();
  const environment = { databaseUrl: 'postgres://127.0.0.1:1/none', temporalAddress: '127.0.0.1:1' };
  const { services } = await ensureStack({ ...quiet, home, environment });
  expect(services.map(({ name, state }) => `${name} ${state}`)).toEqual([
    'postgres unreachable',
    'temporal unreachable',
    'vectors running',
    'worker running',
    'gateway running',
  ]);
  await rm(home, { recursive: true, force: true });
  await expect.poll(() => processesOf(home), { timeout: 10_000 }).toEqual([]);
});
