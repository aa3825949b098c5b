import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { LifecycleError } from '../../domain/errors.js';

/** Who Postgres runs as; undefined means: as we do. */
export interface ServerUser {
  readonly uid: number;
  readonly gid: number;
}

const CANDIDATES = ['postgres', 'nobody'];

/**
 * Postgres refuses to run as root, so root has it run as `postgres`, else as `nobody`.
 *
 * @throws {LifecycleError} `MISSING_DEPENDENCY` when we are root and neither user exists.
 */
export async function serverUser(): Promise<ServerUser | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const lines = (await readFile('/etc/passwd', 'utf8')).split('\n').map((line) => line.split(':'));
  for (const name of CANDIDATES) {
    const found = lines.find((fields) => fields[0] === name);
    if (found) return { uid: Number(found[2]), gid: Number(found[3]) };
  }
  throw new LifecycleError(
    'MISSING_DEPENDENCY',
    'Postgres does not run as root, and there is no other user to run it',
    {
      hint: 'Run cutover as an ordinary user, or create one: useradd --system postgres',
    },
  );
}

const MAY_ENTER = 1;

/** Whether the user may enter a folder (or run a file) and enter every folder above it. */
export async function canReach(target: string, user: ServerUser): Promise<boolean> {
  for (let at = path.resolve(target); ; at = path.dirname(at)) {
    const { mode, uid, gid } = await stat(at);
    const shift = uid === user.uid ? 6 : gid === user.gid ? 3 : 0;
    if (((mode >> shift) & MAY_ENTER) === 0) return false;
    if (at === path.dirname(at)) return true;
  }
}
