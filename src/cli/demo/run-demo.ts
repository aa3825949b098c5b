import { LifecycleError } from '../../domain/errors.js';
import { indexName } from '../../domain/ids.js';
import type { IndexSpec } from '../../domain/index-spec.js';
import { pullModel } from '../../adapters/models/index.js';
import { cacheFolder, modelFolders } from '../../config/folders.js';
import type { CommandContext } from '../context.js';
import type { CommandResult } from '../command.js';
import { rollback } from '../commands/rollback.js';
import { search } from '../commands/search.js';
import { sendDecision } from '../decision-run.js';
import { formatDuration } from '../output/index.js';
import { startReindex } from '../reindex-run.js';
import { reviewText } from '../review-run.js';
import { storeConfig } from '../store-config.js';
import { watchReindex, type WatchEnd } from '../watch-reindex.js';
import { prepareDemo, type DemoSpecs } from './prepare-demo.js';

const MODEL = 'wordllama-256';

/** Four acts on real text; each says first what it is about to show. */
export async function runDemo(context: CommandContext, options: { readonly approve: boolean }): Promise<CommandResult> {
  const startedAt = Date.now();
  const { reporter } = context;
  reporter.line(heading('Getting ready'));
  await context.stack();
  await pullModel(MODEL, {
    folders: modelFolders(context.environment),
    cacheFolder: cacheFolder(context.environment),
    onProgress: (text) => reporter.progress(text),
  });
  const specs = await prepareDemo(context);
  reporter.line(
    `Corpus: the READMEs of ${specs.documents} installed packages. Judged queries: ${specs.judged} package descriptions,`,
  );
  reporter.line('each taken out of the README it came from. The right answer is the package that says so of itself.');

  await firstVersion(context, specs.small);
  const promoted = await betterVersion(context, specs.large, options.approve);
  if (!promoted) return unfinished(specs);
  await worseVersion(context, specs.tiny);
  await backAndForward(context, specs);
  return finished(context, specs, Date.now() - startedAt);
}

async function firstVersion(context: CommandContext, spec: IndexSpec): Promise<void> {
  context.reporter.line(heading('1. A first version: 64 dimensions'));
  await expectPromoted(context, await build(context, spec, true));
  await ask(context, spec);
}

async function betterVersion(context: CommandContext, spec: IndexSpec, approve: boolean): Promise<boolean> {
  context.reporter.line(heading('2. A better candidate: the same model with all its 256 dimensions'));
  context.reporter.line('Built beside the live version, which goes on answering. Then both get the same queries.');
  const end = await build(context, spec, false);
  if (end.kind === 'ended') {
    await expectPromoted(context, end);
    return true;
  }
  context.reporter.line(await reviewText(context, end.progress.comparisonId ?? ''));
  if (!(await agreed(context, approve))) return false;
  await answer(context, end, 'approved');
  await ask(context, spec);
  return true;
}

async function agreed(context: CommandContext, approve: boolean): Promise<boolean> {
  if (approve) return true;
  return context.reporter.interactive && (await context.reporter.confirm('Let version 2 go live?'));
}

async function worseVersion(context: CommandContext, spec: IndexSpec): Promise<void> {
  context.reporter.line(heading('3. A worse candidate: 16 dimensions, cheaper to store'));
  const end = await build(context, spec, false);
  if (end.kind !== 'waiting' || end.progress.verdict !== 'FAIL') {
    throw new LifecycleError('INTERNAL', 'The gate did not refuse the worse version of the demo');
  }
  context.reporter.line(await reviewText(context, end.progress.comparisonId ?? ''));
  context.reporter.line('The gate says FAIL and the alias did not move. We reject it.');
  await answer(context, end, 'rejected');
}

async function backAndForward(context: CommandContext, { large }: DemoSpecs): Promise<void> {
  context.reporter.line(heading('4. Back to version 1, and forward again'));
  for (const what of ['back', 'forward']) {
    const { text } = await rollback.run({ context, args: [large.index], options: {} });
    context.reporter.line(`${what}: ${text}`);
  }
}

/** Start the reindex, and draw it until it ends or waits for somebody. */
async function build(context: CommandContext, spec: IndexSpec, approve: boolean): Promise<WatchEnd> {
  const [client, ports, configHash] = [
    await context.temporal(),
    await context.ports(),
    await storeConfig(context, spec),
  ];
  const handle = await startReindex(client, spec, { configHash, startedBy: context.actor, approve });
  return watchReindex({ client, handle, index: spec.index, ports, reporter: context.reporter });
}

async function answer(
  context: CommandContext,
  waiting: Extract<WatchEnd, { kind: 'waiting' }>,
  decision: 'approved' | 'rejected',
): Promise<void> {
  const { progress, handle, index } = waiting;
  await sendDecision(handle, {
    answer: decision,
    version: progress.version ?? 0,
    by: context.actor,
    reason: `demo: ${decision}`,
    override: false,
    reportDigest: progress.reportDigest,
  });
  const [client, ports] = [await context.temporal(), await context.ports()];
  const end = await watchReindex({ client, handle, index, ports, reporter: context.reporter });
  if (decision === 'approved') await expectPromoted(context, end);
}

async function expectPromoted(context: CommandContext, end: WatchEnd): Promise<void> {
  if (end.kind !== 'ended' || !end.result.promoted) {
    throw new LifecycleError('INTERNAL', 'A version of the demo did not go live', {
      hint: 'See `cutover logs worker`.',
    });
  }
  const { version, documents, chunks, embedded } = end.result;
  context.reporter.line(`v${version} is live: ${documents} documents, ${chunks} chunks, ${embedded} texts embedded.`);
}

function heading(title: string): string {
  return `\n${title}\n${'─'.repeat(title.length)}`;
}

const QUESTION = 'draw text tables in the terminal';

async function ask(context: CommandContext, spec: IndexSpec): Promise<void> {
  const { text } = await search.run({ context, args: [spec.index, QUESTION], options: { top: '3' } });
  context.reporter.line(`\n$ cutover search ${spec.index} "${QUESTION}"\n${text}`);
}

function unfinished({ large, configPath }: DemoSpecs): CommandResult {
  return {
    exitCode: 4,
    fields: { index: large.index, promoted: false },
    text: `Version 2 waits for you:\n  cutover approve ${large.index} --config ${configPath}\n  cutover reject ${large.index} --config ${configPath}`,
  };
}

async function finished(context: CommandContext, specs: DemoSpecs, tookMs: number): Promise<CommandResult> {
  const ports = await context.ports();
  const row = await ports.registry.index(indexName(specs.large.index));
  return {
    fields: {
      index: specs.large.index,
      live: row?.live ?? null,
      epoch: row?.epoch ?? null,
      seconds: Math.round(tookMs / 1000),
    },
    text: [
      `Done in ${formatDuration(tookMs)}. Everything you saw is kept:`,
      `  cutover history ${specs.large.index}     who moved the alias, and when`,
      `  cutover status ${specs.large.index}      what is live`,
      '  cutover down             stop the local stack',
      'Next, your own folder:',
      '  cutover init ./docs && cutover reindex docs',
    ].join('\n'),
  };
}
