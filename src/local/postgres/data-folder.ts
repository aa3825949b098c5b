import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chown, open, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { LifecycleError } from '../../domain/errors.js';
import { findBinaries, type Binaries } from './binaries.js';
import type { Place } from './place.js';

/** Superuser of our own server. */
export const DATABASE_USER = 'cutover';

export interface DataFolder {
  readonly data: string;
  readonly password: string;
  readonly binaries: Binaries;
}

/** Make the data folder unless it is there; an interrupted attempt leaves none. */
export async function ensureDataFolder(place: Place): Promise<DataFolder> {
  const data = path.join(place.folder, 'data');
  const password = await ensurePassword(place);
  const madeBy = await readFile(path.join(data, 'PG_VERSION'), 'utf8').catch(() => undefined);
  const binaries = await findBinaries(place, madeBy === undefined ? undefined : Number(madeBy));
  if (madeBy === undefined) await initialise(place, data, binaries);
  return { data, password, binaries };
}

const passwordFile = (place: Place): string => path.join(place.folder, 'password');

async function ensurePassword(place: Place): Promise<string> {
  const file = passwordFile(place);
  const kept = await readFile(file, 'utf8').catch(() => '');
  if (kept !== '') return kept;
  const password = randomBytes(24).toString('hex');
  const handle = await open(file, 'w', 0o600);
  await handle.writeFile(password);
  await handle.sync();
  await handle.close();
  if (place.user) await chown(file, place.user.uid, place.user.gid);
  return password;
}

async function initialise(place: Place, data: string, binaries: Binaries): Promise<void> {
  const half = `${data}.${process.pid}`;
  await rm(half, { recursive: true, force: true });
  const args = ['--locale=C', '--encoding=UTF8', '--auth=scram-sha-256', `--username=${DATABASE_USER}`];
  try {
    await promisify(execFile)(
      path.join(binaries.bin, 'initdb'),
      [...args, `--pwfile=${passwordFile(place)}`, '-D', half],
      { cwd: place.folder, env: serverEnv(place, binaries), ...place.user },
    );
    await rename(half, data);
  } catch (error) {
    await rm(half, { recursive: true, force: true });
    const said = (error as { stderr?: string }).stderr?.trim().split('\n').slice(-3).join('; ');
    throw new LifecycleError(
      'SERVICE_UNAVAILABLE',
      `Postgres could not set up its data in ${data}: ${said ?? String(error)}`,
      {
        cause: error,
        hint: 'Check free disk space and permissions of that folder, or set DATABASE_URL to a running server',
      },
    );
  }
}

/** Nothing of the caller's environment: PG* variables would change what the server does. */
export const serverEnv = (place: Place, binaries: Binaries): Record<string, string> => ({
  PATH: binaries.bin,
  HOME: place.folder,
  LC_ALL: 'C',
  TZ: 'UTC',
  ...binaries.env,
});
