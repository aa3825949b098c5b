import { createHash } from 'node:crypto';
import { chmod, chown, lstat, mkdir, readFile, realpath, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { LifecycleError } from '../../domain/errors.js';
import { canReach, serverUser, type ServerUser } from './server-user.js';

/** Where Postgres keeps its files, and who owns them. */
export interface Place {
  readonly folder: string;
  readonly user: ServerUser | undefined;
}

/** Says in the home folder where the data went. */
const NOTE = 'location.txt';

/**
 * Choose and make the folder that the server may enter: the given one, or, when we are root and the server's user
 * cannot get there (a home below a 0700 folder), one outside that is keyed by the path and noted in the given folder.
 */
export async function choosePlace(folder: string): Promise<Place> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const user = await serverUser();
  if (user === undefined) return { folder: await realpath(folder), user };
  const noted = await readFile(path.join(folder, NOTE), 'utf8').catch(() => undefined);
  if (noted !== undefined) return { folder: await owned(noted.trim(), user), user };
  const real = await realpath(folder);
  if (await canReach(path.dirname(real), user)) return { folder: await owned(real, user), user };
  const outside = await makeOutside(real, user);
  await writeFile(path.join(folder, NOTE), `${outside}\n`);
  return { folder: outside, user };
}

/** Refuses a folder that somebody else put there first: the shared temporary folders are open to everyone. */
async function owned(folder: string, user: ServerUser): Promise<string> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const found = await lstat(folder);
  if (!found.isDirectory() || ![0, user.uid].includes(found.uid)) {
    throw new LifecycleError('SERVICE_UNAVAILABLE', `Postgres cannot keep its data in ${folder}: it is not ours`, {
      hint: `Look who owns it: ls -ld ${folder}; or choose another home with --home`,
    });
  }
  await chown(folder, user.uid, user.gid);
  await chmod(folder, 0o700);
  return folder;
}

async function makeOutside(folder: string, user: ServerUser): Promise<string> {
  const name = `cutover-postgres-${createHash('sha256').update(folder).digest('hex').slice(0, 16)}`;
  // What /var/tmp and the temporary folder hold may be cleaned away by the system: they come last.
  for (const base of ['/var/lib', '/var/tmp', os.tmpdir()]) {
    try {
      if (await canReach(base, user)) return await owned(path.join(base, name), user);
    } catch (error) {
      if (error instanceof LifecycleError) throw error;
    }
  }
  throw new LifecycleError('SERVICE_UNAVAILABLE', `The user that runs Postgres cannot enter ${folder}`, {
    hint: 'Choose a home that other users may enter, with --home or CUTOVER_HOME, or set DATABASE_URL',
  });
}
