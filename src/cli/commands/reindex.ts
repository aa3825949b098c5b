import { configHash } from '../../config/config-hash.js';
import { LifecycleError } from '../../domain/errors.js';
import type { IndexSpec } from '../../domain/index-spec.js';
import type { CommandContext } from '../context.js';
import { flag, type CommandDefinition, type CommandResult } from '../command.js';
import { planNow, planText } from '../plan-run.js';
import { storeConfig } from '../store-config.js';
import { runningReindex, startReindex, type ReindexHandle } from '../reindex-run.js';
import { endResult, waitingResult } from '../reindex-result.js';
import { watchReindex } from '../watch-reindex.js';

export const reindex: CommandDefinition = {
  name: 'reindex',
  usage: '<index>',
  summary: 'build, compare and, when it wins, switch to a new version',
  description: `Scan the source, build a new version of the index, verify it, compare it with the live one and
put the verdict before whoever decides. Safe to repeat: it attaches to work under way, and does nothing when
neither the configuration nor the corpus changed. Ctrl-C leaves the work running.`,
  options: [
    { flags: '--approve', description: 'approve a PASS, or a first version, without asking again' },
    { flags: '--detach', description: 'start the work and return at once' },
  ],
  examples: [
    ['reindex docs', 'show the plan, ask, build, compare, wait for the decision'],
    ['reindex docs --yes --approve', 'unattended: switch if the gate says PASS'],
  ],
  async run({ context, args, options }) {
    const spec = await context.spec(args[0] as string);
    const startedAt = Date.now();
    const handle = await attachOrStart(context, spec, flag(options, 'approve'));
    if (!handle) return { exitCode: 1, fields: { index: spec.index }, text: 'Nothing was started.' };
    if (flag(options, 'detach')) return detached(spec);
    return watch(context, spec, { handle, startedAt });
  },
};

async function attachOrStart(
  context: CommandContext,
  spec: IndexSpec,
  approve: boolean,
): Promise<ReindexHandle | undefined> {
  const client = await context.temporal();
  const hash = configHash(spec);
  const running = await runningReindex(client, spec.index, hash);
  if (running) {
    context.reporter.progress(`Attached to the reindex of "${spec.index}" that is under way.`);
    return running;
  }
  await storeConfig(context, spec);
  if (!(await mayStart(context, spec))) return undefined;
  return startReindex(client, spec, { configHash: hash, startedBy: context.actor, approve });
}

/** Shows the plan; asks on a terminal, and insists on `--yes` elsewhere when money would be spent. */
async function mayStart(context: CommandContext, spec: IndexSpec): Promise<boolean> {
  const plan = await planNow(context, spec);
  context.reporter.progress(planText(spec, plan));
  if (context.yes || plan.action !== 'new-version') return true;
  if (context.reporter.interactive) return context.reporter.confirm('Build it?');
  if (plan.costUsd === 0) return true;
  throw new LifecycleError('USAGE', `This would cost about $${plan.costUsd}`, { hint: 'Pass --yes to agree to it.' });
}

function detached({ index }: IndexSpec): CommandResult {
  return {
    fields: { index, detached: true },
    text: `Started. Watch it with \`cutover reindex ${index}\`, stop it with \`cutover cancel ${index}\`.`,
  };
}

async function watch(
  context: CommandContext,
  spec: IndexSpec,
  run: { readonly handle: ReindexHandle; readonly startedAt: number },
): Promise<CommandResult> {
  const [ports, client] = [await context.ports(), await context.temporal()];
  context.reporter.onInterrupt(`The work goes on. Watch it again with \`cutover reindex ${spec.index}\`.`);
  const end = await watchReindex({
    client,
    handle: run.handle,
    index: spec.index,
    ports,
    reporter: context.reporter,
  });
  const seconds = (Date.now() - run.startedAt) / 1000;
  return end.kind === 'ended'
    ? endResult(context, { index: spec.index, result: end.result, seconds })
    : waitingResult(context, { index: spec.index, progress: end.progress, seconds });
}
