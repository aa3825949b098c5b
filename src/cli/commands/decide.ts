import type { DecideInput } from '../../contracts/workflows.js';
import { LifecycleError } from '../../domain/errors.js';
import { flag, textOption, type CommandCall, type CommandDefinition, type CommandResult } from '../command.js';
import { sendDecision } from '../decision-run.js';
import { runningReindex, queryProgress, type ReindexHandle } from '../reindex-run.js';
import { endResult } from '../reindex-result.js';
import { watchReindex } from '../watch-reindex.js';

export const approve: CommandDefinition = {
  name: 'approve',
  usage: '<index>',
  summary: 'let the candidate go live',
  description: `Approve the comparison that is waiting, and watch the switch. A PASS needs nothing more; INCONCLUSIVE
and NEEDS-JUDGING need --reason; a FAIL needs --override as well, and stays marked for ever.`,
  options: [
    { flags: '--reason <text>', description: 'why, kept with the decision' },
    { flags: '--override', description: 'approve although the gate said FAIL' },
  ],
  examples: [
    ['approve docs', 'after a PASS'],
    ['approve docs --reason "reviewed the 12 losers"', 'after INCONCLUSIVE'],
  ],
  run: (call) => decide(call, 'approved'),
};

export const reject: CommandDefinition = {
  name: 'reject',
  usage: '<index>',
  summary: 'refuse the candidate',
  description: 'Reject the comparison that is waiting. The live version stays; the candidate can be removed.',
  options: [{ flags: '--reason <text>', description: 'why, kept with the decision' }],
  examples: [['reject docs --reason "loses part numbers"', 'keep the live version, and say why']],
  run: (call) => decide(call, 'rejected'),
};

async function decide(call: CommandCall, answer: DecideInput['answer']): Promise<CommandResult> {
  const { context, args, options } = call;
  const index = args[0] as string;
  const client = await context.temporal();
  const startedAt = Date.now();
  const handle = await waitingReindex(call, index);
  const progress = await queryProgress(client, handle);
  if (progress?.phase !== 'awaiting-decision' || progress.version === null) throw nothingWaits(index);
  await sendDecision(handle, {
    answer,
    version: progress.version,
    by: context.actor,
    reason: textOption(options, 'reason') ?? '',
    override: flag(options, 'override'),
    reportDigest: progress.reportDigest,
  });
  const ports = await context.ports();
  const end = await watchReindex({ client, handle, index, ports, reporter: context.reporter });
  if (end.kind === 'waiting') throw nothingWaits(index);
  return endResult(context, { index, result: end.result, seconds: (Date.now() - startedAt) / 1000, decided: answer });
}

async function waitingReindex({ context }: CommandCall, index: string): Promise<ReindexHandle> {
  const handle = await runningReindex(await context.temporal(), index);
  if (!handle) throw nothingWaits(index);
  return handle;
}

function nothingWaits(index: string): LifecycleError {
  return new LifecycleError('DECISION_REFUSED', `No comparison of "${index}" is waiting for a decision`, {
    hint: `See \`cutover status ${index}\`; \`cutover reindex ${index}\` makes a candidate.`,
  });
}
