import { TASK_QUEUES, workflowIds, type FlipResult, type PromoteInput } from '../../contracts/workflows.js';
import { LifecycleError } from '../../domain/errors.js';
import { indexName } from '../../domain/ids.js';
import type { CommandDefinition } from '../command.js';
import { flipResult } from '../flip-run.js';

export const promote: CommandDefinition = {
  name: 'promote',
  usage: '<index>',
  summary: 'flip the alias to an approved candidate',
  description: `Bring both versions to the head of the corpus log, verify the difference and flip the alias in one
step. \`reindex\` does this by itself after an approval; use it again when that promotion was interrupted.`,
  options: [],
  examples: [['promote docs', 'the approved candidate goes live']],
  async run({ context, args }) {
    const index = indexName(args[0] as string);
    const ports = await context.ports();
    const row = await ports.registry.index(index);
    if (row?.candidate === undefined) {
      throw new LifecycleError('NOT_FOUND', `"${index}" has no candidate to promote`, {
        hint: `Make one with \`cutover reindex ${index}\`.`,
      });
    }
    const client = await context.temporal();
    const input: PromoteInput = { index, version: row.candidate, actor: context.actor, queues: TASK_QUEUES };
    const handle = await client.workflow.start<(input: PromoteInput) => Promise<FlipResult>>('promote', {
      workflowId: workflowIds.promotion(index),
      taskQueue: TASK_QUEUES.main,
      args: [input],
    });
    return flipResult(context, handle, index);
  },
};
