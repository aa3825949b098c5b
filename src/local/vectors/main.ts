import { LifecycleError } from '../../domain/errors.js';
import { startVectorServer } from './start-vector-server.js';
import type { VectorServer } from './start-vector-server.js';

const HEARTBEAT_MS = 5_000;

/**
 * The embedded vector server as a process of its own.
 *
 *   node main.js <folder> [port]      or CUTOVER_VECTORS_FOLDER, CUTOVER_VECTORS_PORT; CUTOVER_VECTORS_API_KEY
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
  const apiKey = process.env.CUTOVER_VECTORS_API_KEY;
  const server = await startVectorServer({ folder, port: Number(port), ...(apiKey === undefined ? {} : { apiKey }) });
  stopInOrder(server);
  process.stdout.write(`ready ${server.url}\n`);
  announce({ type: 'ready', port: server.port });
}

function stopInOrder(server: VectorServer): void {
  let stopping = false;
  const stop = (): void => {
    if (stopping) return;
    stopping = true;
    server.close().then(() => process.exit(0), fail);
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  process.on('disconnect', stop);
}

function announce(ready: object): void {
  if (process.send === undefined) return;
  process.send(ready);
  setInterval(() => {
    if (process.connected) process.send?.({ type: 'heartbeat' });
  }, HEARTBEAT_MS).unref();
}

function fail(error: unknown): void {
  const { message, code } = error as Error & { readonly code?: string };
  process.stderr.write(`${code === undefined ? '' : `${code}: `}${message}\n`);
  process.exit(1);
}

main().catch(fail);
