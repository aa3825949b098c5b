import type { WorkflowHandle } from '@temporalio/client';
import type { FlipResult } from '../contracts/workflows.js';
import type { CommandContext } from './context.js';
import type { CommandResult } from './command.js';
import { formatDuration } from './output/index.js';

/** Wait for a promotion or rollback and say where the alias went. */
export async function flipResult(
  context: CommandContext,
  handle: WorkflowHandle<() => Promise<FlipResult>>,
  index: string,
): Promise<CommandResult> {
  const startedAt = Date.now();
  context.reporter.onInterrupt(`The flip goes on. See \`cutover status ${index}\`.`);
  const { alias, from, to, epoch } = await handle.result();
  const seconds = (Date.now() - startedAt) / 1000;
  return {
    fields: { alias, from, to, epoch, seconds },
    text: `Alias "${alias}" now serves v${to}${from === null ? '' : ` (was v${from})`}, epoch ${epoch}, in ${formatDuration(seconds * 1000)}.`,
  };
}
