import type { CommandDefinition } from '../command.js';
import { runningReindex } from '../reindex-run.js';

export const cancel: CommandDefinition = {
  name: 'cancel',
  usage: '<index>',
  summary: 'stop the reindex under way',
  description: 'Stop the work; what it built is kept as a cancelled version, and the live index is not touched.',
  options: [],
  examples: [['cancel docs', 'stop building; `reindex docs` begins anew, with the vectors still cached']],
  async run({ context, args }) {
    const index = args[0] as string;
    const handle = await runningReindex(await context.temporal(), index);
    if (!handle) return { fields: { index, cancelled: false }, text: `No reindex of "${index}" is under way.` };
    await handle.cancel();
    await handle.result().catch(() => undefined); // it ends as cancelled: that is what was asked for
    return { fields: { index, cancelled: true }, text: `The reindex of "${index}" is cancelled.` };
  },
};
