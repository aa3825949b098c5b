import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import type { Connection, WorkflowHandle } from '@temporalio/client';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { bundleWorkflowCode, DefaultLogger, Runtime, Worker, type WorkflowBundle } from '@temporalio/worker';
import { SEARCH_ATTRIBUTES, type Queues } from '../../src/contracts/workflows.js';
import { cacheFolder } from '../../src/local/cache-folder.js';
import { ensureTemporalBinary } from '../../src/local/temporal/binary.js';
import { registerSearchAttributes } from '../../src/local/temporal/search-attributes.js';
import { ensureTestServerBinary } from '../support/temporal-test-server.js';

const workflowsPath = fileURLToPath(new URL('../../workflows/index.ts', import.meta.url));

let runtimeInstalled = false;

export interface WorkflowEnv {
  readonly env: TestWorkflowEnvironment;
  readonly bundle: WorkflowBundle;
}

/** The workflows' own code, bundled as for a worker. */
const bundleOnce = (): Promise<WorkflowBundle> =>
  bundleWorkflowCode({ workflowsPath, logger: new DefaultLogger('ERROR') });

/** Failures are what these tests are about: the runtime need not report them as well. */
function quietRuntime(): void {
  const logger = new DefaultLogger('ERROR');
  if (!runtimeInstalled) Runtime.install({ logger, telemetryOptions: { logging: { forward: {}, filter: 'ERROR' } } });
  runtimeInstalled = true;
}

/** A server on which waiting takes no time: while a result is awaited, it jumps to the next timer. */
export async function startTimeSkipping(): Promise<WorkflowEnv> {
  quietRuntime();
  const path = await ensureTestServerBinary();
  const env = await TestWorkflowEnvironment.createTimeSkipping({
    server: { executable: { type: 'existing-path', path } },
  });
  await addSearchAttributes(env.connection as Connection);
  return { env, bundle: await bundleOnce() };
}

/**
 * The dev server, in real time. Cancellation belongs here: the time-skipping server hangs on a workflow task that
 * cancels an activity.
 *
 * @param eventsPerExecution  Continue-as-new is suggested after so many events instead of 4,096.
 */
export async function startLocal(eventsPerExecution = 4_096): Promise<WorkflowEnv> {
  quietRuntime();
  const path = await ensureTemporalBinary({ cacheFolder: cacheFolder(process.env), searchPath: process.env.PATH });
  const limit = `limit.historyCount.suggestContinueAsNew=${eventsPerExecution}`;
  const env = await TestWorkflowEnvironment.createLocal({
    server: { executable: { type: 'existing-path', path }, extraArgs: ['--dynamic-config-value', limit] },
  });
  await registerSearchAttributes(env.connection as Connection, 'default');
  return { env, bundle: await bundleOnce() };
}

/** This server can add them but not list them, so the product's own check cannot be used on it. */
async function addSearchAttributes(connection: Connection): Promise<void> {
  const types = { KEYWORD: 2, INT: 3 };
  const wanted = Object.values(SEARCH_ATTRIBUTES).map(({ name, type }) => [name, types[type]] as const);
  await connection.operatorService.addSearchAttributes({
    namespace: 'default',
    searchAttributes: Object.fromEntries(wanted),
  });
}

/** Queues and ids of one test, so that tests share a server. */
export function isolate(): { readonly index: string; readonly queues: Queues } {
  const id = randomUUID().slice(0, 8);
  return { index: `docs-${id}`, queues: { main: `main-${id}`, embed: `embed-${id}` } };
}

/** Run `test` while workers for both queues offer `activities`. */
export async function withWorkers<T>(
  { env, bundle }: WorkflowEnv,
  { queues, activities }: { readonly queues: Queues; readonly activities: object },
  test: () => Promise<T>,
): Promise<T> {
  const common = {
    connection: env.nativeConnection,
    activities,
    identity: 'worker-of-a-test',
    maxHeartbeatThrottleInterval: '100ms',
    shutdownForceTime: '5s',
  } as const;
  const main = await Worker.create({ ...common, taskQueue: queues.main, workflowBundle: bundle });
  const embed = await Worker.create({ ...common, taskQueue: queues.embed });
  return main.runUntil(embed.runUntil(test()));
}

/** Poll a query until it says what is waited for. */
export async function untilQuery<T>(handle: WorkflowHandle, query: string, claim: (answer: T) => boolean): Promise<T> {
  for (let polls = 0; polls < 400; polls += 1) {
    const answer = await handle.query<T>(query);
    if (claim(answer)) return answer;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(`The query "${query}" never answered as expected`);
}

/** The stable code a workflow ended with. */
export async function failureOf(result: Promise<unknown>): Promise<string | undefined> {
  try {
    await result;
    return undefined;
  } catch (error) {
    const { cause } = error as { readonly cause?: { readonly type?: string; readonly name?: string } };
    return cause?.type ?? cause?.name;
  }
}
