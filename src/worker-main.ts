import { DefaultLogger, Runtime } from '@temporalio/worker';
import { openPorts } from './composition.js';
import { modelFolders } from './config/folders.js';
import { readEnvironment, type Environment } from './config/index.js';
import { LifecycleError } from './domain/errors.js';
import { announceReady, described, log, runAsProcess, stopSignal } from './service-process.js';
import { runWorker } from './worker.js';

export interface WorkerProcessOptions {
  readonly stack: { readonly databaseUrl: string; readonly vectorsUrl: string; readonly temporalAddress: string };
  readonly environment: Environment;
  /** `all`, or `embed` for slices only. */
  readonly queue: string;
}

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
  let fallSilent = (): void => undefined;
  try {
    await runWorker({
      address: stack.temporalAddress,
      namespace: environment.temporalNamespace,
      ports,
      queue,
      signal: stopSignal(),
      onReady: () => {
        log('working', { queue });
        fallSilent = announceReady();
      },
      onError: (error) => log('reconciling failed', described(error)),
    });
  } finally {
    fallSilent();
    await ports.close();
    log('stopped', {});
  }
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

runAsProcess(import.meta.url, main);
