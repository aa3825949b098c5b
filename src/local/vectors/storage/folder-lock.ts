import { join } from 'node:path';

import { LifecycleError } from '../../../domain/errors.js';
import { holderOf, tryLock } from '../../home-lock.js';
import type { HomeLock } from '../../home-lock.js';

/**
 * Keep every other server out of a data folder. Survives `kill -9`: a lock whose process is gone is taken over.
 *
 * @throws LifecycleError `ALREADY_RUNNING`, naming the process
 */
export async function lockFolder(folder: string): Promise<HomeLock> {
  const path = join(folder, 'lock');
  const lock = await tryLock(path);
  if (lock !== undefined) return lock;
  const pid = (await holderOf(path))?.pid;
  const holder = pid === undefined ? 'another server that is just starting' : `process ${pid}`;
  throw new LifecycleError('ALREADY_RUNNING', `Cannot open the vector store: ${folder} is held by ${holder}`, {
    hint: 'Stop the other server (cutover down), or give this one a folder of its own.',
    facts: pid === undefined ? {} : { pid },
  });
}
