import { randomUUID } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { LifecycleError } from '../../domain/errors.js';
import { indexName, type IndexName, type VersionNumber } from '../../domain/ids.js';
import type { ComparisonRecord } from '../../ports/comparison-store.js';
import type { Ports } from '../../ports/index.js';
import { compareVersions } from '../../use-cases/compare/compare-versions.js';
import { exportRuns } from '../../use-cases/compare/export-runs.js';
import type { CommandContext } from '../context.js';
import { textOption, type CommandDefinition } from '../command.js';
import { compareFields } from '../compare-fields.js';
import { latestComparison, renderRecord } from '../review-run.js';

const FREEZE_MS = 15 * 60_000;

export const compare: CommandDefinition = {
  name: 'compare',
  usage: '<index>',
  summary: 'send the same queries to two versions and judge the answers',
  description: `Compare two versions that stand at the head of the corpus log, with the log frozen meanwhile, and seal
the report. It decides nothing: what counts for the gate is the comparison that \`reindex\` made.`,
  options: [
    { flags: '--live <n>', description: 'baseline version (default: the live one, or the one before the candidate)' },
    { flags: '--candidate <n>', description: 'version to judge (default: the candidate, else the newest)' },
    { flags: '--latest', description: 'compare nothing: take the latest sealed comparison' },
    { flags: '--export-runs <dir>', description: 'write TREC runs and qrels, for any trec_eval to check' },
  ],
  examples: [
    ['compare docs --live 1 --candidate 2', 'look again at two versions'],
    ['compare docs --latest --export-runs runs', 'check our figures with an outside tool'],
  ],
  async run({ context, args, options }) {
    const ports = await context.ports();
    const index = indexName(args[0] as string);
    const record =
      options['latest'] === true
        ? await latestComparison(ports, index)
        : await compareNow(context, index, await chooseSides(ports, index, options));
    const directory = textOption(options, 'exportRuns');
    const files = directory === undefined ? [] : await writeRuns(ports, record, directory);
    return {
      exitCode: record.verdict === 'FAIL' ? 3 : 0,
      fields: { ...compareFields(record), files },
      text: [await renderRecord(context, record), ...files.map((file) => `wrote ${file}`)].join('\n'),
    };
  },
};

interface Sides {
  readonly live: VersionNumber | undefined;
  readonly candidate: VersionNumber;
}

async function chooseSides(
  { registry }: Pick<Ports, 'registry'>,
  index: IndexName,
  options: Readonly<Record<string, unknown>>,
): Promise<Sides> {
  const row = await registry.index(index);
  const numbers = (await registry.versions(index)).map(({ number }) => number);
  const candidate = options['candidate'] === undefined ? (row?.candidate ?? row?.live) : Number(options['candidate']);
  if (candidate === undefined || !numbers.includes(candidate)) {
    throw new LifecycleError('NOT_FOUND', `"${index}" has no version ${candidate ?? ''} to compare`, {
      hint: `See \`cutover versions ${index}\`.`,
    });
  }
  const fallback = row?.live === candidate ? row.previous : row?.live;
  return { candidate, live: options['live'] === undefined ? fallback : Number(options['live']) };
}

/**
 * A newer report of a version that waits for its flip would void the approval that names the older one, and be
 * another look at the same evidence.
 */
async function requireUndecided(
  { registry }: Pick<Ports, 'registry'>,
  index: IndexName,
  { candidate }: Sides,
): Promise<void> {
  const row = await registry.index(index);
  const state = (await registry.version({ index, number: candidate }))?.state;
  if (row?.candidate !== candidate || (state !== 'compared' && state !== 'approved')) return;
  throw new LifecycleError(
    'DECISION_REFUSED',
    `v${candidate} of "${index}" is ${state}: its comparison waits for a decision`,
    {
      hint: `Read it with \`cutover review ${index}\`; \`cutover compare ${index} --latest\` exports its runs.`,
    },
  );
}

/** Both sides must stand at one head, and the log may not move while they are asked. */
async function compareNow(context: CommandContext, index: IndexName, sides: Sides): Promise<ComparisonRecord> {
  const ports = await context.ports();
  await requireUndecided(ports, index, sides);
  const owner = `compare/${randomUUID()}`;
  const frozenHead = await ports.log.freeze(index, { owner, forMs: FREEZE_MS, replaces: false });
  if (frozenHead === undefined) {
    throw new LifecycleError('LOG_FROZEN', `The corpus log of "${index}" is frozen by other work`, {
      hint: `Wait for it: \`cutover status ${index}\`.`,
      retryable: true,
    });
  }
  try {
    return await compareVersions(
      ports,
      { index, ...sides, frozenHead, freezeOwner: owner },
      { onProgress: (done, total) => context.reporter.snapshot({ stage: 'comparing', done, total }) },
    );
  } finally {
    await ports.log.release(index, owner);
  }
}

async function writeRuns(
  ports: Pick<Ports, 'comparisons' | 'judgements' | 'registry'>,
  record: ComparisonRecord,
  directory: string,
): Promise<readonly string[]> {
  const { files } = await exportRuns(ports, record.id);
  await mkdir(directory, { recursive: true });
  const written: string[] = [];
  for (const { name, content } of files) {
    const file = path.join(directory, name);
    await writeFile(file, content);
    written.push(file);
  }
  return written;
}
