import { WorkflowNotFoundError, type Client, type WorkflowHandle } from '@temporalio/client';
import {
  TASK_QUEUES,
  workflowIds,
  type ReindexInput,
  type ReindexProgress,
  type ReindexResult,
  type ScanResult,
} from '../contracts/workflows.js';
import { LifecycleError } from '../domain/errors.js';
import type { IndexSpec } from '../domain/index-spec.js';

export type ReindexHandle = WorkflowHandle<() => Promise<ReindexResult>>;

/** Memo key that names the configuration an execution was started with. */
const CONFIG_HASH = 'configHash';

/**
 * The reindex of this index that is under way, if any.
 *
 * @throws {LifecycleError} `ALREADY_RUNNING` when it was started with another configuration.
 */
export async function runningReindex(
  client: Client,
  index: string,
  configHash?: string,
): Promise<ReindexHandle | undefined> {
  const handle = client.workflow.getHandle<() => Promise<ReindexResult>>(workflowIds.reindex(index));
  try {
    const { status, memo } = await handle.describe();
    if (status.name !== 'RUNNING') return undefined;
    if (configHash !== undefined && memo?.[CONFIG_HASH] !== configHash) throw otherConfiguration(index);
    return handle;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined;
    throw error;
  }
}

function otherConfiguration(index: string): LifecycleError {
  return new LifecycleError('ALREADY_RUNNING', `A reindex of "${index}" with another configuration is under way`, {
    hint: `Stop it with \`cutover cancel ${index}\`, answer it with \`cutover reject ${index}\`, or let it finish.`,
  });
}

export async function startReindex(
  client: Client,
  spec: IndexSpec,
  input: Omit<ReindexInput, 'index' | 'queues'>,
): Promise<ReindexHandle> {
  const reindexInput: ReindexInput = { ...input, index: spec.index, queues: TASK_QUEUES };
  return client.workflow.start<(input: ReindexInput) => Promise<ReindexResult>>('reindex', {
    workflowId: workflowIds.reindex(spec.index),
    taskQueue: TASK_QUEUES.main,
    args: [reindexInput],
    workflowIdConflictPolicy: 'USE_EXISTING',
    memo: { [CONFIG_HASH]: input.configHash },
    staticSummary: `Reindex ${spec.index}`,
  });
}

/** One pass over the source; joins a scan that is under way. */
export async function scanNow(client: Client, index: string): Promise<ScanResult> {
  return client.workflow.execute<(input: { index: string; queues: typeof TASK_QUEUES }) => Promise<ScanResult>>(
    'scan',
    {
      workflowId: workflowIds.scan(index),
      taskQueue: TASK_QUEUES.main,
      args: [{ index, queues: TASK_QUEUES }],
      workflowIdConflictPolicy: 'USE_EXISTING',
    },
  );
}

const QUERY_TIMEOUT_MS = 3_000;

/** Undefined while no worker answers: the view then shows what the registry knows. */
export async function queryProgress(client: Client, handle: ReindexHandle): Promise<ReindexProgress | undefined> {
  try {
    return await client.withDeadline(Date.now() + QUERY_TIMEOUT_MS, () => handle.query<ReindexProgress>('progress'));
  } catch {
    return undefined;
  }
}
