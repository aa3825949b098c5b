import { LifecycleError } from '../../domain/errors.js';
import { startVectorServer } from './start-vector-server.js';
import type { VectorServerOptions } from './start-vector-server.js';

const HEARTBEAT_MS = 5_000;

/**
 * The embedded vector server as a process of its own.
 *
 *   node main.js <folder> [port]      or CUTOVER_VECTORS_FOLDER, CUTOVER_VECTORS_PORT; keys from
 *   CUTOVER_VECTORS_API_KEY and CUTOVER_VECTORS_READ_ONLY_API_KEY
 *
 * Announces itself by one line on stdout and, under a supervisor, by `{type: 'ready', port}`; ends in order on SIGTERM,
 * SIGINT, and when its supervisor is gone.
 */
async function main(): Promise<void> {
  const [, , folder = process.env.CUTOVER_VECTORS_FOLDER, port = process.env.CUTOVER_VECTORS_PORT ?? '0'] =
    process.argv;
  if (folder === undefined || !/^\d+$/.test(port)) {
    throw new LifecycleError('USAGE', 'Usage: main.js <folder> [port]');
  }
  // Listened for from the beginning: a supervisor may die while a large log is read.
  const stopped = stopAsked();
  const server = await startVectorServer({
    folder,
    port: Number(port),
    ...keysOf(process.env),
    ...compactionOf(process.env),
  });
  process.stdout.write(`ready ${server.url}\n`);
  tell({ type: 'ready', port: server.port });
  setInterval(() => tell({ type: 'heartbeat' }), HEARTBEAT_MS).unref();
  await stopped;
  await server.close();
  process.exit(0);
}

function keysOf({
  CUTOVER_VECTORS_API_KEY: apiKey,
  CUTOVER_VECTORS_READ_ONLY_API_KEY: readOnlyApiKey,
}: NodeJS.ProcessEnv): Pick<VectorServerOptions, 'apiKey' | 'readOnlyApiKey'> {
  return { ...(apiKey === undefined ? {} : { apiKey }), ...(readOnlyApiKey === undefined ? {} : { readOnlyApiKey }) };
}

/** `CUTOVER_VECTORS_COMPACT_FROM`: size of a log in bytes from which it is rewritten when half of it is garbage. */
function compactionOf({
  CUTOVER_VECTORS_COMPACT_FROM: from,
}: NodeJS.ProcessEnv): Pick<VectorServerOptions, 'compaction'> {
  return from === undefined ? {} : { compaction: { fromBytes: Number(from), ratio: 2 } };
}

/** Resolves when we shall end. */
async function stopAsked(): Promise<void> {
  await new Promise<void>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => resolve());
    process.on('disconnect', () => resolve());
    if (process.send !== undefined && !process.connected) resolve();
  });
}

/** To the supervisor, if there is one; one that has just gone makes itself known by `disconnect`. */
function tell(message: object): void {
  if (process.connected) process.send?.(message, undefined, undefined, () => undefined);
}

function fail(error: unknown): void {
  const { message, code } = error as Error & { readonly code?: string };
  process.stderr.write(`${code === undefined ? '' : `${code}: `}${message}\n`);
  process.exit(1);
}

main().catch(fail);
