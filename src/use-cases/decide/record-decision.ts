import { randomUUID } from 'node:crypto';
import { LifecycleError } from '../../domain/errors.js';
import type { IndexName } from '../../domain/ids.js';
import type { IndexSpec } from '../../domain/index-spec.js';
import {
  checkDecision,
  type AwaitedDecision,
  type DecisionAnswer,
  type VerdictToDecide,
} from '../../domain/alias/approval.js';
import { isOverdue } from '../../domain/alias/reconcile.js';
import type { IndexVersion } from '../../domain/version/version.js';
import type { ComparisonRecord } from '../../ports/comparison-store.js';
import type { Ports } from '../../ports/index.js';
import { advanceVersion } from './advance-version.js';

type DecidePorts = Pick<Ports, 'registry' | 'comparisons'>;

/** What a decision about this version would be given to: its latest sealed report. */
export async function awaitedDecision(
  ports: DecidePorts,
  index: IndexName,
  number: number,
): Promise<AwaitedDecision & { readonly version: number }> {
  const { version, report } = await subject(ports, index, number);
  return awaited(version, report);
}

/**
 * Store an answer, bound to what it was given for, and move the version on. Repeating the same answer is harmless.
 *
 * @throws {LifecycleError} `DECISION_REFUSED`, `ILLEGAL_TRANSITION`, `NOT_FOUND`
 */
export async function recordDecision(
  ports: DecidePorts,
  index: IndexName,
  answer: DecisionAnswer,
): Promise<IndexVersion> {
  const { version, report } = await subject(ports, index, answer.version);
  checkDecision(awaited(version, report), answer);
  const key = { index, number: version.number };
  if (!(await isRecorded(ports, version, { answer, report }))) await store(ports, version, { answer, report });
  return advanceVersion(ports, { key, to: answer.answer, actor: answer.by, reason: answer.reason });
}

interface Answered {
  readonly answer: DecisionAnswer;
  readonly report: ComparisonRecord;
}

async function isRecorded(ports: DecidePorts, version: IndexVersion, { answer, report }: Answered): Promise<boolean> {
  const stored = await ports.registry.decision({ index: version.index, number: version.number });
  if (stored?.answer !== answer.answer || stored.reportDigest !== report.digest) return false;
  return !isOverdue(stored.expiresAt, await ports.registry.now());
}

async function store(ports: DecidePorts, version: IndexVersion, { answer, report }: Answered): Promise<void> {
  const row = await ports.registry.index(version.index);
  const at = await ports.registry.now();
  await ports.registry.recordDecision({
    id: randomUUID(),
    index: version.index,
    version: version.number,
    answer: answer.answer,
    by: answer.by,
    reason: answer.reason,
    override: answer.override,
    versionDigest: version.digest,
    reportDigest: report.digest,
    liveEpoch: row?.liveEpoch ?? 0,
    expiresAt: new Date(Date.parse(at) + specOf(version).rollout.decisionHours * 3_600_000).toISOString(),
    at,
  });
}

async function subject(
  ports: DecidePorts,
  index: IndexName,
  number: number,
): Promise<{ readonly version: IndexVersion; readonly report: ComparisonRecord }> {
  const version = await ports.registry.version({ index, number });
  const report = await ports.comparisons.latest(index, number);
  if (version !== undefined && report !== undefined) return { version, report };
  throw new LifecycleError('NOT_FOUND', `Version ${number} of "${index}" has no report to decide about`, {
    hint: `See its state: cutover versions ${index}`,
  });
}

/** The configuration is frozen with the version, its rollout policy too. */
const specOf = (version: IndexVersion): IndexSpec => version.config as unknown as IndexSpec;

const awaited = (version: IndexVersion, report: ComparisonRecord): AwaitedDecision => ({
  version: version.number,
  verdict: report.verdict as VerdictToDecide,
  reportDigest: report.digest,
  approval: specOf(version).rollout.approval,
  startedBy: version.startedBy,
});
