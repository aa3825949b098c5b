import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { createFile, replaceFile } from './atomic-file.js';
import { identify, isAlive, type ProcessIdentity } from './process-identity.js';

export interface HomeLock {
  release(): Promise<void>;
}

const RELEASED = 'released';

/**
 * Take a lock that one process holds at a time and that the death of its holder frees.
 *
 * Each holding has a number of its own; the file with the highest number says who holds, and is only ever
 * replaced by the next one. So two processes that both find a dead holder cannot both take over: the file
 * of the next number is made once. (Removing a stale lock file and making it anew has that race.)
 *
 * @param folder  A folder for this lock alone; made when absent.
 * @returns       The lock; undefined when a living process holds it.
 */
export async function tryLock(folder: string): Promise<HomeLock | undefined> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const last = (await numbersIn(folder)).at(-1) ?? 0;
  if (last > 0 && (await isHeld(fileOf(folder, last)))) return undefined;
  const file = fileOf(folder, last + 1);
  const self = identify(process.pid);
  if (!(await createFile(file, JSON.stringify(self)))) return undefined;
  const numbers = await numbersIn(folder);
  if (numbers.at(-1) !== last + 1) {
    // Others took and released the lock since we looked, and removed the number we then made anew.
    await rm(file, { force: true });
    return undefined;
  }
  for (const number of numbers.slice(0, -1)) await rm(fileOf(folder, number), { force: true });
  return { release: () => replaceFile(file, RELEASED) };
}

/** Who holds the lock now; undefined when nobody does. */
export async function holderOf(folder: string): Promise<ProcessIdentity | undefined> {
  const last = (await numbersIn(folder)).at(-1);
  if (last === undefined) return undefined;
  const content = await readFile(fileOf(folder, last), 'utf8').catch(() => RELEASED);
  return content === RELEASED ? undefined : (JSON.parse(content) as ProcessIdentity);
}

const fileOf = (folder: string, number: number): string => path.join(folder, String(number).padStart(9, '0'));

async function numbersIn(folder: string): Promise<readonly number[]> {
  const names = await readdir(folder);
  return names
    .filter((name) => /^\d{9}$/.test(name))
    .map(Number)
    .sort((a, b) => a - b);
}

async function isHeld(file: string): Promise<boolean> {
  const content = await readFile(file, 'utf8').catch(() => undefined);
  // Gone since it was listed: another process has just taken the lock.
  if (content === undefined) return true;
  return content !== RELEASED && isAlive(JSON.parse(content) as ProcessIdentity);
}
