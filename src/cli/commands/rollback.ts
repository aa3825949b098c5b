import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import { TASK_QUEUES, workflowIds, type FlipResult, type RollBackInput } from '../../contracts/workflows.js';
import { flag, textOption, type CommandDefinition } from '../command.js';
import { flipResult } from '../flip-run.js';

/** A promotion that does not end within this time of being cancelled is terminated: a rollback must not wait for it. */
const CANCEL_GRACE_MS = 10_000;

export const rollback: CommandDefinition = {
  name: 'rollback',
  usage: '<index>',
  summary: 'flip the alias back to the previous version',
  description: `Flip the alias back, by the same fenced steps as a promotion, without embedding anything. A running
promotion is stopped first. Repeat it to go forward again while the rollback window is open.`,
  options: [
    { flags: '--accept-stale', description: 'go back although some documents of the previous version are stale' },
    { flags: '--bare-alias-only', description: "go back although the previous version's encoder does not answer" },
    { flags: '--override-hold <reason>', description: 'go back although the index is on hold' },
  ],
  examples: [['rollback docs', 'serve the previous version again']],
  async run({ context, args, options }) {
    const index = args[0] as string;
    const client = await context.temporal();
    await stopPromotion(client, index);
    const input: RollBackInput = {
      index,
      actor: context.actor,
      acceptStale: flag(options, 'acceptStale'),
      bareAliasOnly: flag(options, 'bareAliasOnly'),
      overrideHold: textOption(options, 'overrideHold') ?? null,
      queues: TASK_QUEUES,
    };
    const handle = await client.workflow.start<(input: RollBackInput) => Promise<FlipResult>>('rollBack', {
      workflowId: workflowIds.promotion(index),
      taskQueue: TASK_QUEUES.main,
      args: [input],
    });
    return flipResult(context, handle, index);
  },
};

async function stopPromotion(client: Client, index: string): Promise<void> {
  const handle = client.workflow.getHandle(workflowIds.promotion(index));
  try {
    if ((await handle.describe()).status.name !== 'RUNNING') return;
    await handle.cancel();
    const ended = handle.result().then(
      () => true,
      () => true,
    );
    const late = new Promise<boolean>((resolve) => setTimeout(() => resolve(false), CANCEL_GRACE_MS).unref());
    if (!(await Promise.race([ended, late]))) await handle.terminate('superseded by a rollback');
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
  }
}
