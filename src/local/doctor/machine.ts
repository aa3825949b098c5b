import { access, constants, statfs } from 'node:fs/promises';
import path from 'node:path';
import type { Environment } from '../../config/index.js';
import type { Check } from './check.js';

const OLDEST_NODE = [20, 19] as const;
/** The bundled Postgres is linked against this. */
const OLDEST_GLIBC = 2.27;
const LITTLE_DISK_BYTES = 2e9;
const NO_DISK_BYTES = 2e8;

export function checkNode(): Check {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const name = 'node';
  const detail = `Node ${process.versions.node}`;
  const recent = major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1]);
  return recent
    ? { name, ok: 'ok', detail }
    : { name, ok: 'fail', detail, hint: `Install Node ${OLDEST_NODE.join('.')} or later.` };
}

export function checkPlatform(environment: Environment): Check {
  const name = 'platform';
  const detail = `${process.platform} ${process.arch}`;
  if (process.platform === 'darwin') return { name, ok: 'ok', detail };
  if (process.platform !== 'linux') {
    return { name, ok: 'fail', detail, hint: 'Linux and macOS are supported; on Windows use WSL 2.' };
  }
  const glibc = glibcVersion();
  const own = environment.databaseUrl === undefined;
  if (glibc === undefined || Number.parseFloat(glibc) < OLDEST_GLIBC) {
    return {
      name,
      ok: own ? 'fail' : 'warn',
      detail: `${detail}, ${glibc === undefined ? 'no glibc' : `glibc ${glibc}`}`,
      hint: `The bundled Postgres needs glibc ${OLDEST_GLIBC} or later: install Postgres, or set DATABASE_URL.`,
    };
  }
  return { name, ok: 'ok', detail: `${detail}, glibc ${glibc}` };
}

function glibcVersion(): string | undefined {
  const report = process.report?.getReport() as { header?: { glibcVersionRuntime?: string } } | undefined;
  return report?.header?.glibcVersionRuntime;
}

export async function checkHome(home: string): Promise<Check> {
  const folder = await nearestFolder(home);
  const writable = await access(folder, constants.W_OK).then(
    () => true,
    () => false,
  );
  if (writable) return { name: 'home', ok: 'ok', detail: home };
  return {
    name: 'home',
    ok: 'fail',
    detail: `${folder} is not writable`,
    hint: 'Choose another home with --home or CUTOVER_HOME.',
  };
}

export async function checkDisk(home: string): Promise<Check> {
  const { bavail, bsize } = await statfs(await nearestFolder(home));
  const free = bavail * bsize;
  const detail = `${(free / 1e9).toFixed(1)} GB free`;
  if (free >= LITTLE_DISK_BYTES) return { name: 'disk', ok: 'ok', detail };
  const ok = free < NO_DISK_BYTES ? 'fail' : 'warn';
  return { name: 'disk', ok, detail, hint: 'Programs, models and an index take a few gigabytes.' };
}

async function nearestFolder(folder: string): Promise<string> {
  for (let at = path.resolve(folder); ; at = path.dirname(at)) {
    const there = await access(at).then(
      () => true,
      () => false,
    );
    if (there || at === path.dirname(at)) return at;
  }
}
