import type { CommandDefinition } from '../command.js';
import { planNow, planText } from '../plan-run.js';
import { storeConfig } from '../store-config.js';

export const plan: CommandDefinition = {
  name: 'plan',
  usage: '<index>',
  summary: 'say what a reindex would do, cost and be able to show',
  description: `Scan the source and run the real chunker and tokenizer, without embedding anything: what changed,
documents, chunks, tokens, money, disk, and the smallest difference the judged queries can show.`,
  options: [],
  examples: [['plan docs', 'before anything is spent']],
  async run({ context, args }) {
    const spec = await context.spec(args[0] as string);
    await storeConfig(context, spec);
    const shown = await planNow(context, spec);
    return {
      fields: {
        index: spec.index,
        action: shown.action,
        reasons: shown.reasons,
        documents: shown.documents,
        chunks: shown.chunks,
        tokens: shown.tokens,
        cacheHits: shown.cacheHits,
        embeds: shown.embeds,
        costUsd: shown.costUsd,
        seconds: shown.seconds,
        diskBytes: shown.diskBytes,
        detectableDelta: shown.detectableDelta ?? null,
      },
      text: planText(spec, shown),
    };
  },
};
