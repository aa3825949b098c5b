import { indexName } from '../../domain/ids.js';
import type { CommandDefinition } from '../command.js';
import { table } from '../output/index.js';

const AUDIT_ENTRIES = 50;

export const history: CommandDefinition = {
  name: 'history',
  usage: '<index>',
  summary: 'where the alias stood, and who moved it',
  description: 'Every flip and rollback of the alias, and with --audit everything that was recorded about the index.',
  options: [{ flags: '--audit', description: `also the last ${AUDIT_ENTRIES} audit entries` }],
  examples: [['history docs', 'the flips of docs, oldest first']],
  async run({ context, args, options }) {
    const { registry } = await context.ports();
    const index = indexName(args[0] as string);
    const moves = await registry.history(index);
    const audit = options['audit'] === true ? await registry.auditTrail(index, AUDIT_ENTRIES) : undefined;
    const flips = table(
      ['when', 'epoch', 'what', 'from', 'to', 'by'],
      moves.map((move) => [
        move.at,
        String(move.epoch),
        move.kind,
        move.from === undefined ? '-' : `v${move.from}`,
        `v${move.to}`,
        move.by,
      ]),
    );
    const trail =
      audit &&
      table(
        ['when', 'who', 'what'],
        audit.map(({ at, actor, action }) => [at, actor, action]),
      );
    return {
      fields: {
        index,
        moves: moves.map((move) => ({ ...move, from: move.from ?? null })),
        ...(audit ? { audit: audit.map((entry) => ({ ...entry })) } : {}),
      },
      text: [moves.length === 0 ? `The alias of "${index}" has never moved.` : flips, trail]
        .filter(Boolean)
        .join('\n\n'),
    };
  },
};
