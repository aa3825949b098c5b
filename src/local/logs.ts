import { mkdir, open, readdir, rename, stat } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { LifecycleError } from '../domain/errors.js';
import { SERVICE_NAMES } from './child-spec.js';
import { logFile, logFolder } from './stack-record.js';

const SHOWN_LINES = 40;
const TAIL_BYTES = 64 * 1024;
const FOLLOW_MS = 200;

/** Begin a new log file of a service; the last one stays beside it as `.1`. */
export async function rotateLog(home: string, name: string): Promise<void> {
  await mkdir(logFolder(home), { recursive: true, mode: 0o700 });
  const file = logFile(home, name);
  await rename(file, `${file}.1`).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code !== 'ENOENT') throw cause;
  });
}

/** The last lines of a service's log, oldest first; none when it never started. */
export async function lastLines(home: string, name: string, count: number): Promise<readonly string[]> {
  const { text } = await readFrom(logFile(home, name), { fromEnd: TAIL_BYTES });
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .slice(-count);
}

/**
 * Print the logs of services.
 *
 * @param names  Services, `supervisor` among them; none means all that have a log.
 * @param options.follow  Go on with new lines until `signal` aborts (without one: for ever).
 * @throws {LifecycleError} `USAGE` for a name that is no service.
 */
export async function tailLogs(
  home: string,
  names: readonly string[],
  options: {
    readonly follow: boolean;
    readonly write: (line: string) => void;
    readonly signal?: AbortSignal;
  },
): Promise<void> {
  const shown = names.length > 0 ? names.map(requireService) : await namesWithLogs(home);
  const prefix = (name: string): string => (shown.length > 1 ? `${name.padEnd(10)} ` : '');
  const positions = new Map<string, number>();
  for (const name of shown) {
    positions.set(name, await sizeOf(logFile(home, name)));
    for (const line of await lastLines(home, name, SHOWN_LINES)) options.write(prefix(name) + line);
  }
  const partial = new Map<string, string>();
  while (options.follow && options.signal?.aborted !== true) {
    await sleep(FOLLOW_MS);
    for (const name of shown) {
      const file = logFile(home, name);
      const from = positions.get(name) ?? 0;
      // A file that shrank is a new one: the stack was started again.
      const { text, end } = await readFrom(file, { from: (await sizeOf(file)) < from ? 0 : from });
      positions.set(name, end);
      const lines = ((partial.get(name) ?? '') + text).split('\n');
      partial.set(name, lines.pop() ?? '');
      for (const line of lines) options.write(prefix(name) + line);
    }
  }
}

const LOGGED = [...SERVICE_NAMES, 'supervisor'];

function requireService(name: string): string {
  if (LOGGED.includes(name)) return name;
  throw new LifecycleError('USAGE', `There is no service "${name}"`, { hint: `Services: ${LOGGED.join(', ')}` });
}

async function namesWithLogs(home: string): Promise<readonly string[]> {
  const files = await readdir(logFolder(home)).catch((): string[] => []);
  return LOGGED.filter((name) => files.includes(path.basename(logFile(home, name))));
}

async function sizeOf(file: string): Promise<number> {
  const found = await stat(file).catch(() => undefined);
  return found?.size ?? 0;
}

async function readFrom(
  file: string,
  place: { readonly from: number } | { readonly fromEnd: number },
): Promise<{ readonly text: string; readonly end: number }> {
  const handle = await open(file, 'r').catch(() => undefined);
  if (handle === undefined) return { text: '', end: 0 };
  try {
    const { size } = await handle.stat();
    const from = 'from' in place ? place.from : Math.max(0, size - place.fromEnd);
    const buffer = Buffer.alloc(Math.max(0, size - from));
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, from);
    return { text: buffer.toString('utf8', 0, bytesRead), end: from + bytesRead };
  } finally {
    await handle.close();
  }
}
