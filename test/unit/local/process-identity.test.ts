import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import {
  endProcess,
  findByCommand,
  identify,
  isAlive,
  signal,
  waitForEnd,
} from '../../../src/local/process-identity.js';

const SLEEPS = 'setTimeout(() => {}, 60_000)';

test('a pid with another start time is another process, and is sent no signal', async () => {
  const child = spawn(process.execPath, ['-e', SLEEPS], { detached: true, stdio: 'ignore' });
  const real = identify(child.pid ?? 0);
  expect(isAlive(real)).toBe(true);
  const stranger = { pid: child.pid ?? 0, startedAt: 'another' };
  expect(isAlive(stranger)).toBe(false);
  signal(stranger, 'SIGKILL');
  await endProcess(stranger, { signal: 'SIGKILL', graceMs: 100 });
  expect(isAlive(real)).toBe(true);
  signal(real ?? stranger, 'SIGKILL');
  await once(child, 'exit');
  expect(isAlive(real)).toBe(false);
});

test('endProcess() uses force on one that ignores the request, and on what it started', async () => {
  const script = `process.on('SIGTERM', () => {});
    const { pid } = require('node:child_process').spawn(process.execPath, ['-e', ${JSON.stringify(SLEEPS)}]);
    console.log(pid); setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['-e', script], { detached: true, stdio: ['ignore', 'pipe', 'ignore'] });
  const [printed] = (await once(child.stdout, 'data')) as [Buffer];
  const grandchild = identify(Number(printed.toString()));
  const identity = identify(child.pid ?? 0);
  if (identity === undefined || grandchild === undefined) throw new Error('it did not start');
  await endProcess(identity, { signal: 'SIGTERM', graceMs: 200 });
  expect(isAlive(identity)).toBe(false);
  expect(await waitForEnd(grandchild, 2_000)).toBe(true);
});

test('findByCommand() wants the program and the whole argument', async () => {
  const marker = `marker-${process.pid}-${Date.now()}`;
  const child = spawn(process.execPath, ['-e', SLEEPS, marker], { detached: true, stdio: 'ignore' });
  await expect.poll(() => findByCommand(process.execPath, marker).map(({ pid }) => pid)).toEqual([child.pid]);
  expect(findByCommand('/bin/other', marker)).toEqual([]);
  expect(findByCommand(process.execPath, marker.slice(0, -1))).toEqual([]);
  child.kill('SIGKILL');
  await once(child, 'exit');
});
