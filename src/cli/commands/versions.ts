import { indexName } from '../../domain/ids.js';
import type { IndexVersion } from '../../domain/version/version.js';
import type { CommandDefinition } from '../command.js';
import { table } from '../output/index.js';

export const versions: CommandDefinition = {
  name: 'versions',
  usage: '<index>',
  summary: 'list the versions of an index',
  description: 'Every version that was ever planned, with its state, embedder and size.',
  options: [],
  examples: [['versions docs', 'what was built, and what became of it']],
  async run({ context, args }) {
    const ports = await context.ports();
    const index = indexName(args[0] as string);
    const rows = await ports.registry.versions(index);
    const totals = await Promise.all(rows.map(({ number }) => ports.ledger.totals({ index, number })));
    return {
      fields: {
        index,
        versions: rows.map((row, at) => ({ ...versionFields(row), ...totals[at] })),
      },
      text:
        rows.length === 0
          ? `"${index}" has no version yet. Begin with \`cutover reindex ${index}\`.`
          : table(
              ['version', 'state', 'embedder', 'chunker', 'documents', 'chunks', 'watermark'],
              rows.map((row, at) => [
                `v${row.number}`,
                row.state,
                `${row.identity.embedder.model} (${row.identity.embedder.dimensions})`,
                row.identity.chunker.kind,
                String(totals[at]?.documents ?? 0),
                String(totals[at]?.chunks ?? 0),
                String(row.watermark),
              ]),
            ),
    };
  },
};

/** Fields of one version in `status` and `versions` results. */
export function versionFields(version: IndexVersion): {
  readonly version: number;
  readonly state: string;
  readonly collection: string;
  readonly watermark: number;
  readonly fingerprint: string;
} {
  return {
    version: version.number,
    state: version.state,
    collection: version.collection,
    watermark: version.watermark,
    fingerprint: version.fingerprints.version,
  };
}
