import { stackStatus } from '../../local/index.js';
import { LifecycleError } from '../../domain/errors.js';
import { indexName } from '../../domain/ids.js';
import type { IndexRow } from '../../domain/alias/index-row.js';
import type { CommandContext } from '../context.js';
import type { CommandDefinition, CommandResult } from '../command.js';
import { leftOutLines, readLeftOut } from '../left-out.js';
import { table } from '../output/index.js';
import { servicesResult } from '../services-text.js';
import { versionFields } from './versions.js';

export const status: CommandDefinition = {
  name: 'status',
  usage: '[index]',
  summary: 'say what runs, and what an index serves',
  description: 'Without an index: the services of the stack. With one: its alias, versions, and what waits for whom.',
  options: [],
  examples: [
    ['status', 'which services run, and where'],
    ['status docs', 'live, candidate and previous version of docs'],
  ],
  async run({ context, args }) {
    if (args[0] !== undefined) return indexStatus(context, args[0]);
    const { services } = await stackStatus(context.home, context.environment);
    if (services.length === 0) return { fields: { services: [] }, text: 'Nothing runs. Start it with `cutover up`.' };
    return servicesResult(services);
  },
};

async function indexStatus(context: CommandContext, name: string): Promise<CommandResult> {
  const ports = await context.ports();
  const index = indexName(name);
  const row = await ports.registry.index(index);
  if (!row) {
    throw new LifecycleError('NOT_FOUND', `No index "${name}" in the registry`, {
      hint: `Make it with \`cutover reindex ${name}\`.`,
    });
  }
  const [state, versions] = [await ports.log.state(index), await ports.registry.versions(index)];
  const totals = await Promise.all(versions.map(({ number }) => ports.ledger.totals({ index, number })));
  const shown = row.candidate ?? row.live ?? versions.at(-1)?.number;
  const quarantined = totals[versions.findIndex(({ number }) => number === shown)]?.quarantined ?? 0;
  const leftOut = shown === undefined ? undefined : await readLeftOut(ports, { index, number: shown }, quarantined);
  return {
    fields: {
      index,
      alias: row.alias,
      live: row.live ?? null,
      candidate: row.candidate ?? null,
      previous: row.previous ?? null,
      epoch: row.epoch,
      hold: row.hold ? { ...row.hold } : null,
      head: state.head,
      versions: versions.map((version, at) => ({ ...versionFields(version), ...totals[at] })),
      quarantine: leftOut?.documents.map((document) => ({ version: leftOut.version, ...document })) ?? [],
    },
    text: [
      `Index "${index}", alias "${row.alias}", ${state.documents} documents, corpus log at revision ${state.head}`,
      ...standings(row),
      '',
      table(
        ['version', 'state', 'documents', 'chunks', 'watermark', 'behind'],
        versions.map((version, at) => [
          `v${version.number}`,
          version.state,
          String(totals[at]?.documents ?? 0),
          String(totals[at]?.chunks ?? 0),
          String(version.watermark),
          String(state.head - version.watermark),
        ]),
      ),
      ...(leftOut === undefined ? [] : leftOutLines(leftOut)),
    ].join('\n'),
  };
}

function standings(row: IndexRow): readonly string[] {
  const show = (number: number | undefined) => (number === undefined ? '-' : `v${number}`);
  return [
    `  live ${show(row.live)}   candidate ${show(row.candidate)}   previous ${show(row.previous)}   epoch ${row.epoch}`,
    ...(row.hold ? [`  ON HOLD by ${row.hold.by}: ${row.hold.reason}`] : []),
    ...(row.switch ? [`  a ${row.switch.kind} to v${row.switch.to} is under way`] : []),
  ];
}
