import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { LifecycleError } from '../domain/errors.js';
import { replaceFile } from './atomic-file.js';
import { SERVICE_NAMES } from './child-spec.js';

const identity = z.object({ pid: z.number().int().positive(), startedAt: z.string() });

const service = z.object({
  name: z.enum(SERVICE_NAMES),
  port: z.number().int().nullable(),
  /** Without credentials. */
  url: z.string().nullable(),
  state: z.enum(['starting', 'running', 'unresponsive', 'restarting', 'stopped']),
  process: identity.nullable(),
  restarts: z.number().int(),
  /** Digest of command and arguments, to recognise a process that was started differently. */
  commandDigest: z.string(),
  command: z.string(),
  marker: z.string().nullable(),
  ipc: z.boolean(),
  stopSignal: z.string(),
});

const record = z.object({
  format: z.literal(1),
  phase: z.enum(['starting', 'ready', 'stopping', 'stopped', 'failed']),
  supervisor: identity.nullable(),
  failure: z
    .object({ service: z.string(), message: z.string(), hint: z.string().nullable(), log: z.array(z.string()) })
    .nullable(),
  /** Digests of the configured URLs of parts that are not ours; null where the part is ours. */
  external: z.object({
    postgres: z.string().nullable(),
    temporal: z.string().nullable(),
    vectors: z.string().nullable(),
  }),
  /** What the supervisor did so far, for whoever waits for it. */
  progress: z.array(z.string()),
  services: z.array(service),
});

export type ServiceRecord = z.infer<typeof service>;
export type StackRecord = z.infer<typeof record>;

export const recordFile = (home: string): string => path.join(home, 'stack.json');
/** Holds our own Postgres's URL with its password; mode 0600. */
export const databaseUrlFile = (home: string): string => path.join(home, 'database.url');
export const logFolder = (home: string): string => path.join(home, 'logs');
export const logFile = (home: string, name: string): string => path.join(logFolder(home), `${name}.log`);

/**
 * What the last supervisor of a home folder wrote down; undefined when none ever ran.
 *
 * @throws {LifecycleError} `SERVICE_UNAVAILABLE` when the file is not ours to understand.
 */
export async function readRecord(home: string): Promise<StackRecord | undefined> {
  let text: string;
  try {
    text = await readFile(recordFile(home), 'utf8');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw cause;
  }
  const parsed = record.safeParse(parse(text));
  if (parsed.success) return parsed.data;
  throw new LifecycleError('SERVICE_UNAVAILABLE', `Cannot read the state of the local stack in ${recordFile(home)}`, {
    hint: 'Another release may have written it: run `cutover down` with that release, or remove the file once nothing of it runs.',
    cause: parsed.error,
  });
}

export async function writeRecord(home: string, value: StackRecord): Promise<void> {
  await replaceFile(recordFile(home), `${JSON.stringify(value, null, 2)}\n`);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
