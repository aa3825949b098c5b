import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import { NativeConnection, Worker, type WorkerOptions } from '@temporalio/worker';
import { createActivities } from '../activities/index.js';
import { TASK_QUEUES, type Queues } from './contracts/workflows.js';
import { LifecycleError } from './domain/errors.js';
import { registerSearchAttributes } from './local/temporal/search-attributes.js';
import type { Ports } from './ports/index.js';
import { reconcilerLoop } from './use-cases/reconcile/reconciler-loop.js';

export interface WorkerProcess {
  /** Of the Temporal server, `host:port`. */
  readonly address: string;
  readonly namespace: string;
  readonly ports: Ports;
  /** `embed` takes slices only; `all` runs workflows, short activities and the reconciler too. */
  readonly queue: 'all' | 'embed';
  /** Names of the task queues; tests that share a server bring their own. */
  readonly queues?: Queues;
  /** Slices at once in this process, ≥ 1; as many as there are cores unless told, but at least two. */
  readonly slices?: number;
  /** Prebuilt workflow code; without one the workflows are bundled when the worker starts. */
  readonly bundlePath?: string;
  readonly onReady?: () => void;
  readonly onError?: (error: unknown) => void;
  /** Ends it: what is under way has the grace time, then it is cancelled and taken up elsewhere. */
  readonly signal: AbortSignal;
}

const COMMON: Partial<WorkerOptions> = {
  shutdownGraceTime: '3s',
  shutdownForceTime: '15s',
  // A cancellation is only heard with a heartbeat, and progress is only as fresh as the last one sent.
  maxHeartbeatThrottleInterval: '500ms',
};
/** Workflows kept in memory, at 0.25 to 0.45 MB each. */
const CACHED_WORKFLOWS = 100;
const SHORT_ACTIVITIES = 50;

/** Run workflows and activities until the signal aborts. @throws {LifecycleError} `SERVICE_UNAVAILABLE` */
export async function runWorker(options: WorkerProcess): Promise<void> {
  const connection = await connected(() => NativeConnection.connect({ address: options.address }), options.address);
  const clientConnection = await connected(() => Connection.connect({ address: options.address }), options.address);
  try {
    await registerSearchAttributes(clientConnection, options.namespace);
    const client = new Client({ connection: clientConnection, namespace: options.namespace });
    const workers = await createWorkers(options, { connection, client });
    options.onReady?.();
    await runAll(options, workers);
  } finally {
    await clientConnection.close();
    await connection.close();
  }
}

async function connected<T>(connect: () => Promise<T>, address: string): Promise<T> {
  try {
    return await connect();
  } catch (cause) {
    throw new LifecycleError('SERVICE_UNAVAILABLE', `Temporal does not answer at ${address}`, {
      retryable: true,
      cause,
      hint: 'See: cutover status, cutover logs temporal',
    });
  }
}

async function createWorkers(
  options: WorkerProcess,
  { connection, client }: { readonly connection: NativeConnection; readonly client: Client },
): Promise<readonly Worker[]> {
  const { namespace, ports, queues = TASK_QUEUES } = options;
  const activities = createActivities(ports, { client });
  const shared = { ...COMMON, connection, namespace, activities };
  const embed: WorkerOptions = {
    ...shared,
    taskQueue: queues.embed,
    maxConcurrentActivityTaskExecutions: options.slices ?? Math.max(2, availableParallelism()),
  };
  const main: WorkerOptions = {
    ...shared,
    ...workflowCode(options.bundlePath),
    taskQueue: queues.main,
    maxCachedWorkflows: CACHED_WORKFLOWS,
    maxConcurrentActivityTaskExecutions: SHORT_ACTIVITIES,
  };
  return Promise.all((options.queue === 'all' ? [main, embed] : [embed]).map((each) => Worker.create(each)));
}

/** An installed package has its workflows prebuilt; a checkout bundles its sources. */
function workflowCode(bundlePath: string | undefined): Pick<WorkerOptions, 'workflowBundle' | 'workflowsPath'> {
  const prebuilt = bundlePath ?? fileURLToPath(new URL('../workflow-bundle.js', import.meta.url));
  if (existsSync(prebuilt)) return { workflowBundle: { codePath: prebuilt } };
  const entry = import.meta.url.endsWith('.ts') ? '../workflows/index.ts' : '../workflows/index.js';
  return { workflowsPath: fileURLToPath(new URL(entry, import.meta.url)) };
}

/** When one of them fails the others end too: a process runs all its queues or none. */
async function runAll(options: WorkerProcess, workers: readonly Worker[]): Promise<void> {
  const ending = new AbortController();
  const signal = AbortSignal.any([options.signal, ending.signal]);
  const stopped = new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
  const reconciling =
    options.queue === 'all'
      ? reconcilerLoop({ ports: options.ports, signal, ...(options.onError && { onError: options.onError }) })
      : Promise.resolve();
  try {
    await Promise.all(
      workers.map((worker) =>
        worker.runUntil(stopped).catch((error: unknown) => {
          ending.abort();
          throw error;
        }),
      ),
    );
  } finally {
    ending.abort();
    await reconciling;
  }
}
