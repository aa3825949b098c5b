import { realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { DefaultLogger, Runtime } from '@temporalio/worker';
import { openPorts } from './composition.js';
import { modelFolders } from './config/folders.js';
import { readEnvironment, type Environment } from './config/index.js';
import { LifecycleError } from './domain/errors.js';
import { runWorker } from './worker.js';

export interface WorkerProcessOptions {
  readonly stack: { readonly databaseUrl: string; readonly vectorsUrl: string; readonly temporalAddress: string };
  readonly environment: Environment;
  /** `all`, or `embed` for slices only. */
  readonly queue: string;
}

/** The supervisor takes a child for dead that says nothing for longer. */
const HEARTBEAT_MS = 5_000;

/** Run workflows and slices until asked to stop. @throws {LifecycleError} `USAGE`, `SERVICE_UNAVAILABLE` */
export async function runWorkerProcess({ stack, environment, queue }: WorkerProcessOptions): Promise<void> {
  if (queue !== 'all' && queue !== 'embed') {
    throw new LifecycleError('USAGE', `No queue "${queue}"`, { hint: 'Use --queue all or --queue embed' });
  }
  // Signals are ours: the runtime's own handlers would end its workers without closing our ports.
  Runtime.install({ logger: new DefaultLogger('WARN'), shutdownSignals: [] });
  const ports = await openPorts({
    databaseUrl: stack.databaseUrl,
    vectorsUrl: stack.vectorsUrl,
    vectorsApiKey: environment.qdrantApiKey,
    modelFolders: modelFolders(environment),
    environment: process.env,
  });
  const heartbeat = setInterval(() => tell('heartbeat'), HEARTBEAT_MS);
  try {
    await runWorker({
      address: stack.temporalAddress,
      namespace: environment.temporalNamespace,
      ports,
      queue,
      signal: stopSignal(),
      onReady: () => {
        log('working', { queue });
        tell('ready');
      },
      onError: (error) => log('reconciling failed', described(error)),
    });
  } finally {
    clearInterval(heartbeat);
    await ports.close();
    log('stopped', {});
  }
}

/** Aborts on SIGTERM, on SIGINT, and when the supervisor's channel closes: it is gone then. */
function stopSignal(): AbortSignal {
  const controller = new AbortController();
  const stop = () => controller.abort();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, stop);
  if (process.send) process.once('disconnect', stop);
  return controller.signal;
}

function tell(type: 'ready' | 'heartbeat'): void {
  if (process.connected) process.send?.({ type });
}

function described(error: unknown): Readonly<Record<string, unknown>> {
  if (error instanceof LifecycleError) return { code: error.code, message: error.message };
  return { code: 'INTERNAL', message: error instanceof Error ? (error.stack ?? error.message) : String(error) };
}

/** One JSON line per event. */
function log(message: string, facts: Readonly<Record<string, unknown>>): void {
  process.stderr.write(`${JSON.stringify({ at: new Date().toISOString(), message, ...facts })}\n`);
}

async function main(): Promise<void> {
  const environment = readEnvironment(process.env);
  const { databaseUrl, qdrantUrl: vectorsUrl, temporalAddress } = environment;
  if (!databaseUrl || !vectorsUrl || !temporalAddress) {
    throw new LifecycleError('STACK_INCOMPLETE', 'A worker needs DATABASE_URL, TEMPORAL_ADDRESS and QDRANT_URL', {
      hint: 'Set all three, or use `cutover worker`, which starts what is missing.',
    });
  }
  await runWorkerProcess({ stack: { databaseUrl, vectorsUrl, temporalAddress }, environment, queue: 'all' });
}

/** Also imported by `cutover worker`: only the process that was started with this file runs by itself. */
if (process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  main().then(
    () => process.exit(0),
    (error: unknown) => {
      log('failed', described(error));
      process.exit(1);
    },
  );
}
