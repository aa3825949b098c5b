import type { IndexSpec } from '../domain/index-spec.js';
import { detectableDelta } from '../domain/eval/power.js';
import { planIndex, type IndexPlan } from '../use-cases/plan/plan-index.js';
import type { CommandContext } from './context.js';
import { formatBytes, formatCount, formatDuration } from './output/index.js';
import { scanNow } from './reindex-run.js';

export interface PlanShown extends IndexPlan {
  /** Smallest mean difference of the primary metric the judged queries can show; undefined without any. */
  readonly detectableDelta: number | undefined;
  readonly judgedQueries: number;
}

/** Scan, then plan with the real chunker and tokenizer; nothing is embedded. */
export async function planNow(context: CommandContext, spec: IndexSpec): Promise<PlanShown> {
  const ports = await context.ports();
  const golden = spec.evaluation && (await ports.judgements.load(spec.evaluation));
  context.reporter.progress(`Scanning the source of "${spec.index}" ...`);
  await scanNow(await context.temporal(), spec.index);
  const plan = await planIndex(ports, spec, { startedBy: context.actor });
  const judgedQueries = golden ? golden.queries.filter(({ id }) => golden.qrels.has(id)).length : 0;
  return {
    ...plan,
    judgedQueries,
    detectableDelta: judgedQueries === 0 ? undefined : detectableDelta(judgedQueries, spec.gate),
  };
}

/** The plan as a person reads it, each line one fact. */
export function planText(spec: IndexSpec, plan: PlanShown): string {
  if (plan.action === 'nothing') return `Nothing to do: ${plan.reasons.join('; ')}.`;
  const facts: readonly (readonly [string, string])[] = [
    ['action', plan.action === 'new-version' ? 'build a new version' : 'refresh the live version'],
    ['why', plan.reasons.join('; ')],
    [
      'corpus',
      `${formatCount(plan.documents)} documents, ${formatCount(plan.chunks)} chunks, ${formatCount(plan.tokens)} tokens`,
    ],
    ['to embed', `${formatCount(plan.embeds)} texts (${formatCount(plan.cacheHits)} cached)`],
    ['cost', plan.costUsd === 0 ? 'nothing' : `about $${plan.costUsd.toFixed(2)}`],
    ...(plan.seconds === null ? [] : [['time', `about ${formatDuration(plan.seconds * 1000)}`] as const]),
    ['disk', formatBytes(plan.diskBytes)],
    ['evidence', evidence(spec, plan)],
  ];
  return [`Plan for "${spec.index}"`, ...facts.map(([name, value]) => `  ${name.padEnd(9)} ${value}`)].join('\n');
}

function evidence(spec: IndexSpec, plan: PlanShown): string {
  if (plan.detectableDelta === undefined)
    return 'no judged queries: nothing can be compared (set evaluation.queries and evaluation.qrels)';
  return `${plan.judgedQueries} judged queries can show a difference of about ${plan.detectableDelta.toFixed(3)} in ${spec.gate.primary}`;
}
