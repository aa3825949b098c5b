import { execFileSync } from 'node:child_process';
import { linkSync, readFileSync, renameSync, statSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { LifecycleError } from '../../../domain/errors.js';

/** Whoever holds the folder: a pid alone may have been given to another process since. */
interface Holder {
  readonly pid: number;
  readonly startedAt: string;
}

// Taking over a dead holder's lock is guarded by a second file that lives for milliseconds; one this old is a leftover.
const TAKE_OVER_STALE_MS = 10_000;

/**
 * Keep every other server out of a data folder. Survives `kill -9`: a lock whose process is gone is taken over.
 *
 * @returns lets the folder go
 * @throws LifecycleError `ALREADY_RUNNING`, naming the process
 */
export function lockFolder(folder: string): () => void {
  const path = join(folder, 'server.lock');
  const me: Holder = { pid: process.pid, startedAt: startOf(process.pid) ?? 'unknown' };
  if (!create(path, me)) takeOver(path, me);
  return () => {
    if (readHolder(path)?.pid === process.pid) unlinkSync(path);
  };
}

function takeOver(path: string, me: Holder): void {
  const guard = `${path}.take-over`;
  if (!create(guard, me)) {
    if (Date.now() - statSync(guard).mtimeMs < TAKE_OVER_STALE_MS) throw inUse(path, undefined);
    unlinkSync(guard);
    if (!create(guard, me)) throw inUse(path, undefined);
  }
  try {
    const holder = readHolder(path);
    if (holder !== undefined && isAlive(holder)) throw inUse(path, holder);
    renameSync(guard, path);
  } catch (error) {
    unlinkSync(guard);
    throw error;
  }
}

/** Appears with its content or not at all. @returns false when the file is there already */
function create(path: string, holder: Holder): boolean {
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, JSON.stringify(holder));
  try {
    linkSync(draft, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    unlinkSync(draft);
  }
}

function readHolder(path: string): Holder | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Holder;
  } catch {
    // Gone meanwhile: nobody holds it.
    return undefined;
  }
}

const isAlive = (holder: Holder): boolean => startOf(holder.pid) === holder.startedAt;

/** When a process started, in the system's own notation; undefined when there is none. */
function startOf(pid: number): string | undefined {
  try {
    if (process.platform === 'linux') {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      // Field 22; the command name before may hold spaces and parentheses.
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      // A zombie holds no file any more.
      return fields[0] === 'Z' ? undefined : fields[19];
    }
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim() || undefined;
  } catch {
    return undefined;
  }
}

const inUse = (path: string, holder: Holder | undefined): LifecycleError =>
  new LifecycleError('ALREADY_RUNNING', `Cannot open the vector store: ${path} is held by ${describe(holder)}`, {
    hint: 'Stop the other server (cutover down), or give this one a folder of its own.',
    facts: holder === undefined ? {} : { pid: holder.pid },
  });

const describe = (holder: Holder | undefined): string =>
  holder === undefined ? 'another server that is just starting' : `process ${holder.pid}`;
