import { mkdir, realpath } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { LifecycleError } from '../domain/errors.js';
import { createFile } from './atomic-file.js';
import { tryLock } from './home-lock.js';

const LOCK_POLL_MS = 100;
const LOCK_LIMIT_MS = 90_000;

/**
 * Make the home folder, and give it the one spelling that pids, locks and arguments go by.
 *
 * @throws {LifecycleError} `SERVICE_UNAVAILABLE` when it cannot be made.
 */
export async function prepareHome(home: string): Promise<string> {
  try {
    // As root, Postgres runs as another user, who must be able to get through.
    await mkdir(home, { recursive: true, mode: process.getuid?.() === 0 ? 0o755 : 0o700 });
    const real = await realpath(home);
    // It lies in people's repositories, and nothing in it is for them to commit.
    await createFile(path.join(real, '.gitignore'), '*\n');
    return real;
  } catch (cause) {
    throw new LifecycleError('SERVICE_UNAVAILABLE', `Cannot use ${home} as home folder: ${(cause as Error).message}`, {
      hint: 'Choose another one with --home or CUTOVER_HOME.',
      cause,
    });
  }
}

/** Do something to the stack of a home folder while no other command does. */
export async function withHomeLock<T>(home: string, action: () => Promise<T>): Promise<T> {
  const folder = path.join(home, 'command-lock');
  const deadline = performance.now() + LOCK_LIMIT_MS;
  let lock = await tryLock(folder);
  while (lock === undefined) {
    if (performance.now() > deadline) {
      throw new LifecycleError(
        'ALREADY_RUNNING',
        `Another command has been starting or stopping the stack in ${home}`,
        {
          retryable: true,
          hint: 'Wait for it, or end it, and try again.',
        },
      );
    }
    await sleep(LOCK_POLL_MS);
    lock = await tryLock(folder);
  }
  try {
    return await action();
  } finally {
    await lock.release();
  }
}
