import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ChildRunner } from '../../../src/local/child-runner.js';
import type { ChildSpec } from '../../../src/local/child-spec.js';
import { signal } from '../../../src/local/process-identity.js';

let home: string;
const runners: ChildRunner[] = [];
beforeEach(async () => {
  home = await mkdtemp(path.join(tmpdir(), 'cutover-runner-'));
});
afterEach(async () => {
  for (const runner of runners.splice(0)) await runner.stop();
  await rm(home, { recursive: true, force: true });
});

function run(script: string, spec: Partial<ChildSpec> = {}): ChildRunner {
  const runner = new ChildRunner(
    {
      name: 'worker',
      command: process.execPath,
      args: ['-e', script],
      env: {},
      ipc: true,
      stopSignal: 'SIGTERM',
      health: () => Promise.resolve(true),
      ...spec,
    },
    { home, logFile: path.join(home, 'worker.log'), onChange: () => {}, log: () => {} },
  );
  runners.push(runner);
  return runner;
}

const READY = "process.send({ type: 'ready' }); process.on('disconnect', () => process.exit(0));";

test('a Node child runs once it says that it is ready', async () => {
  const runner = run(`setTimeout(() => { ${READY} }, 100)`);
  await runner.start();
  expect(runner.state).toBe('running');
});

test('a child that ends before it is ready fails the start with the way it ended', async () => {
  await expect(run('process.exit(7)').start()).rejects.toMatchObject({
    service: 'worker',
    message: 'ended with exit code 7',
  });
});

test('a program that is not there fails the start', async () => {
  const runner = run('', { command: path.join(home, 'nothing-here') });
  await expect(runner.start()).rejects.toThrow(/ENOENT/);
});

test('a child that dies is started again, each time it dies', async () => {
  const runner = run(READY);
  await runner.start();
  for (const restarts of [1, 2]) {
    const before = runner.process;
    if (before === null) throw new Error('it does not run');
    signal(before, 'SIGKILL');
    await expect.poll(() => [runner.restarts, runner.state], { timeout: 5_000 }).toEqual([restarts, 'running']);
    expect(runner.process?.pid).not.toBe(before.pid);
  }
});

test('a stopped child stays stopped', async () => {
  const runner = run(READY);
  await runner.start();
  await runner.stop();
  expect([runner.state, runner.process, runner.restarts]).toEqual(['stopped', null, 0]);
});

test('a child that no longer answers is called unresponsive, not restarted', async () => {
  let answers = true;
  const runner = run(READY, { health: () => Promise.resolve(answers) });
  await runner.start();
  answers = false;
  await runner.inspect();
  expect([runner.state, runner.restarts]).toEqual(['unresponsive', 0]);
  answers = true;
  await runner.inspect();
  expect(runner.state).toBe('running');
});
