import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { tryLock } from '../../../src/local/home-lock.js';
import { identify } from '../../../src/local/process-identity.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'cutover-lock-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test('one of many that ask at once gets the lock', async () => {
  const locks = await Promise.all(Array.from({ length: 20 }, () => tryLock(folder)));
  expect(locks.filter((lock) => lock !== undefined)).toHaveLength(1);
});

test('a held lock is refused and a released one is given again', async () => {
  const first = await tryLock(folder);
  expect(await tryLock(folder)).toBeUndefined();
  await first?.release();
  const second = await tryLock(folder);
  expect(second).toBeDefined();
  await second?.release();
  expect(await readdir(folder)).toHaveLength(1);
});

test('the lock of a holder that died is taken over by one of those that find it', async () => {
  // Our own pid with another start time: the holder died and its pid was given to us.
  await writeFile(path.join(folder, '000000007'), JSON.stringify({ pid: process.pid, startedAt: 'before' }));
  const locks = await Promise.all(Array.from({ length: 20 }, () => tryLock(folder)));
  expect(locks.filter((lock) => lock !== undefined)).toHaveLength(1);
});

test('the lock of a living holder is not taken over', async () => {
  await writeFile(path.join(folder, '000000007'), JSON.stringify(identify(process.pid)));
  expect(await tryLock(folder)).toBeUndefined();
});
