import { LifecycleError } from '../../domain/errors.js';
import { indexName } from '../../domain/ids.js';
import type { Ports } from '../../ports/index.js';
import { verifyVersion, type VerifyReport } from '../../use-cases/verify/verify-version.js';
import type { CommandDefinition } from '../command.js';
import { formatCount } from '../output/index.js';

export const verify: CommandDefinition = {
  name: 'verify',
  usage: '<index>',
  summary: 'hold a collection against the corpus log, point by point',
  description: `Compare log, ledger and collection of a version (the live one by default), check its vectors and let
1,000 sampled points search for themselves. Reads only.`,
  options: [{ flags: '--version-number <n>', description: 'which version (default: live, else the candidate)' }],
  examples: [['verify docs', 'is everything that should be there really there?']],
  async run({ context, args, options }) {
    const ports = await context.ports();
    const index = indexName(args[0] as string);
    const number = await chooseVersion(ports, index, options['versionNumber']);
    const report = await verifyVersion(
      ports,
      { index, number },
      {
        mode: 'full',
        onProgress: (done, total) => context.reporter.snapshot({ stage: `v${number} verifying`, done, total }),
      },
    );
    return {
      exitCode: report.ok ? 0 : 1,
      fields: {
        index,
        version: number,
        expected: report.expected,
        found: report.found,
        missing: report.missing,
        extra: report.extra,
        mismatched: report.mismatched,
        selfSearch: { ...report.selfSearch },
      },
      text: verifyText(report),
    };
  },
};

async function chooseVersion(
  { registry }: Pick<Ports, 'registry'>,
  index: ReturnType<typeof indexName>,
  wanted: unknown,
): Promise<number> {
  if (wanted !== undefined) return Number(wanted);
  const row = await registry.index(index);
  const number = row?.live ?? row?.candidate;
  if (number !== undefined) return number;
  throw new LifecycleError('NOT_FOUND', `"${index}" has no version to verify`, {
    hint: `Build one with \`cutover reindex ${index}\`.`,
  });
}

function verifyText(report: VerifyReport): string {
  const counts = `${formatCount(report.found)} of ${formatCount(report.expected)} points, ${report.missing} missing, ${report.extra} extra, ${report.mismatched} mismatched`;
  return [
    `v${report.version}: ${report.ok ? 'as it should be' : 'NOT as it should be'}: ${counts}`,
    ...report.findings.map((finding) => `  ${typeof finding === 'string' ? finding : JSON.stringify(finding)}`),
  ].join('\n');
}
