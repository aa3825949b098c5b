import type { CommandDefinition } from '../command.js';
import { compareFields } from '../compare-fields.js';
import { latestComparison, renderRecord } from '../review-run.js';

export const review: CommandDefinition = {
  name: 'review',
  usage: '<index>',
  summary: 'show the evidence: verdict, interval, metrics, worst regressions',
  description: `The latest comparison of the index, as it was sealed: verdict with its reasons, the interval against
the margin, the metric table, wins, ties and losses, and the five worst regressions side by side.`,
  options: [],
  examples: [['review docs', 'before you approve']],
  async run({ context, args }) {
    const record = await latestComparison(await context.ports(), args[0] as string);
    return { fields: compareFields(record), text: await renderRecord(context, record) };
  },
};
