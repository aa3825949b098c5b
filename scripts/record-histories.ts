import { mkdir, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { Client } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import {
  MESSAGES,
  workflowIds,
  type CatchUpInput,
  type DecideInput,
  type PromoteInput,
  type ReindexInput,
  type ReindexProgress,
  type RollBackInput,
  type ScanInput,
} from '../src/contracts/workflows.js';
import { fakeStack } from '../test/workflow/fake-activities.js';
import { startLocal, untilQuery, withWorkers, type WorkflowEnv } from '../test/workflow/workflow-env.js';

/**
 * Record one history per workflow, for the replay test. Run it only for a release whose workflows changed behind
 * `patched()`, and keep the older files: executions that began under them may still be waiting.
 */
const folder = fileURLToPath(new URL('../test/replay/histories/', import.meta.url));
const queues = { main: 'recorded', embed: 'recorded-embed' };
const index = 'docs';

async function record(server: WorkflowEnv): Promise<void> {
  // Histories name whoever asked; ours shall not name a machine.
  const client = new Client({ connection: server.env.connection, identity: 'recorder' });
  const save = async (type: string, workflowId: string): Promise<void> => {
    const handle = client.workflow.getHandle(workflowId);
    await handle.result();
    const history = historyToJSON(await handle.fetchHistory());
    await writeFile(`${folder}${type}.json`, `${JSON.stringify(JSON.parse(history), null, 2)}\n`);
  };
  await recordReindex(client, save);
  await recordRest(client, save);
}

type Save = (type: string, workflowId: string) => Promise<void>;

/** With a refusal, a decision, and the promotion as its child. */
async function recordReindex(client: Client, save: Save): Promise<void> {
  const input: ReindexInput = { index, configHash: 'hash', startedBy: 'ann', queues, approve: false };
  const handle = await client.workflow.start('reindex', {
    workflowId: workflowIds.reindex(index),
    taskQueue: queues.main,
    args: [input],
  });
  await untilQuery<ReindexProgress>(handle, MESSAGES.progress, ({ phase }) => phase === 'awaiting-decision');
  const decision: DecideInput = {
    answer: 'approved',
    version: 2,
    by: 'bob',
    reason: 'better',
    override: false,
    reportDigest: 'digest',
  };
  await handle.executeUpdate<void, [DecideInput]>(MESSAGES.decide, { args: [decision] });
  await save('reindex', workflowIds.reindex(index));
  await save('promote', workflowIds.promotion(index));
  await save('scan', workflowIds.scan(index));
}

async function recordRest(client: Client, save: Save): Promise<void> {
  const start = (type: string, workflowId: string, input: ScanInput | PromoteInput | RollBackInput) =>
    client.workflow.start(type, { workflowId, taskQueue: queues.main, args: [input] });
  await start('rollBack', workflowIds.promotion('back'), {
    index: 'back',
    actor: 'ann',
    acceptStale: true,
    bareAliasOnly: false,
    overrideHold: null,
    queues,
  });
  await save('rollBack', workflowIds.promotion('back'));
  const input: CatchUpInput = { index, version: 2, queues, window: 3 };
  await client.workflow.signalWithStart('catchUp', {
    workflowId: workflowIds.catchUp(index, 2),
    taskQueue: queues.main,
    args: [input],
    signal: MESSAGES.reach,
    signalArgs: [{ revision: 8 }],
  });
  await save('catchUp', workflowIds.catchUp(index, 2));
}

/** A log of eight revisions, two a slice. */
function catchUpActivities() {
  let watermark = 0;
  return {
    beginCatchUp: async () => ({ writer: 1, watermark }),
    planRound: async ({ to }: { to: number }) =>
      Array.from({ length: (to - watermark) / 2 }, (_, at) => ({
        from: watermark + 2 * at,
        to: watermark + 2 * at + 2,
      })),
    applySlice: async () => undefined,
    advanceWatermark: async ({ to }: { to: number }) => (watermark = to),
  };
}

await mkdir(folder, { recursive: true });
const server = await startLocal();
try {
  const activities = { ...fakeStack().activities, ...catchUpActivities() };
  await withWorkers(server, { queues, activities }, () => record(server));
} finally {
  await server.env.teardown();
}
