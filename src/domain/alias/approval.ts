import { LifecycleError } from '../errors.js';
import type { Verdict } from '../gate/verdict.js';
import type { RolloutSpec } from '../index-spec.js';
import type { Sha256, VersionNumber } from '../ids.js';
import { isOverdue } from './reconcile.js';
import type { SwitchFacts } from './switch.js';

/** Verdict of a gate; null for a first version, which has nothing to be compared with. */
export type VerdictToDecide = Verdict | null;

/** Who decides when nobody is asked. */
export const POLICY_ACTOR = 'policy';

/** What an answer is given to. */
export interface AwaitedDecision {
  readonly version: VersionNumber;
  readonly verdict: VerdictToDecide;
  readonly reportDigest: Sha256;
  readonly approval: RolloutSpec['approval'];
  readonly startedBy: string;
}

export interface DecisionAnswer {
  readonly answer: 'approved' | 'rejected';
  readonly version: VersionNumber;
  readonly by: string;
  readonly reason: string;
  /** Approve although the gate said FAIL; stays on record for ever. */
  readonly override: boolean;
  /** Digest of the report the answer was given with; a rejection needs none. */
  readonly reportDigest: Sha256 | null;
}

/**
 * Whether this person may give this answer to this report. Rejecting needs nothing.
 *
 * @throws {LifecycleError} `DECISION_REFUSED` with what is missing.
 */
export function checkDecision(awaited: AwaitedDecision, answer: DecisionAnswer): void {
  const problem = decisionProblem(awaited, answer);
  if (problem === undefined) return;
  throw new LifecycleError('DECISION_REFUSED', problem.message, {
    facts: { version: awaited.version, verdict: awaited.verdict, answer: answer.answer },
    hint: problem.hint,
  });
}

interface Problem {
  readonly message: string;
  readonly hint: string;
}

function decisionProblem(awaited: AwaitedDecision, answer: DecisionAnswer): Problem | undefined {
  if (answer.version !== awaited.version) {
    return {
      message: `Version ${awaited.version} waits for a decision, not version ${answer.version}`,
      hint: 'Look at its report first: cutover review',
    };
  }
  if (answer.answer === 'rejected') return undefined;
  if (answer.reportDigest !== awaited.reportDigest) {
    return {
      message: `The report of version ${awaited.version} is not the one this approval was given for`,
      hint: 'Read the latest report and answer again: cutover review',
    };
  }
  if (awaited.approval === 'four-eyes' && (answer.by === awaited.startedBy || answer.by === POLICY_ACTOR)) {
    return {
      message: `Two people are needed: ${awaited.startedBy} started version ${awaited.version} and cannot approve it`,
      hint: 'Somebody else has to run: cutover approve',
    };
  }
  return verdictProblem(awaited, answer);
}

function verdictProblem({ version, verdict }: AwaitedDecision, answer: DecisionAnswer): Problem | undefined {
  if (verdict === null || verdict === 'PASS') return undefined;
  if (answer.by === POLICY_ACTOR) {
    return {
      message: `The policy approves nothing but a PASS, not ${verdict}`,
      hint: 'A person has to decide: cutover approve',
    };
  }
  if (verdict === 'FAIL' && !answer.override) {
    return {
      message: `The gate says FAIL for version ${version}`,
      hint: 'To approve it all the same: cutover approve --override --reason "..."',
    };
  }
  if (answer.reason.trim() !== '') return undefined;
  return {
    message: `Approving a version whose verdict is ${verdict} needs a reason`,
    hint: 'Add one: cutover approve --reason "..."',
  };
}

export type UnaskedDecision =
  | { readonly kind: 'approve'; readonly by: string; readonly reason: string }
  | { readonly kind: 'reject'; readonly by: string; readonly reason: string }
  | { readonly kind: 'wait' };

/**
 * What happens after a verdict without anybody being asked. `auto` approves a PASS and rejects a FAIL, on the
 * comparison that counts only; `--approve` approves a PASS or a first version, for the person who started it.
 *
 * @param look  Which sealed comparison of this fingerprint on this golden set it is, ≥ 1; only the first counts.
 */
export function decideUnasked(
  awaited: AwaitedDecision,
  grounds: { readonly approveFlag: boolean; readonly look: number },
): UnaskedDecision {
  const { verdict, approval, startedBy } = awaited;
  if (verdict === 'INCONCLUSIVE' || verdict === 'NEEDS-JUDGING') return { kind: 'wait' };
  if (approval === 'auto' && (verdict === null || grounds.look === 1)) {
    if (verdict === 'FAIL') return { kind: 'reject', by: POLICY_ACTOR, reason: 'The gate said FAIL' };
    return { kind: 'approve', by: POLICY_ACTOR, reason: verdict === null ? 'First version' : 'The gate said PASS' };
  }
  if (verdict !== 'FAIL' && grounds.approveFlag && approval !== 'four-eyes') {
    return { kind: 'approve', by: startedBy, reason: 'Approved when it was started' };
  }
  return { kind: 'wait' };
}

/**
 * Whether the stored approval still binds what is about to be promoted.
 *
 * @throws {LifecycleError} `APPROVAL_INVALID`, or `STALE_EPOCH` when another version went live since.
 */
export function requireValidApproval({ row, to, decision, now }: SwitchFacts, reportDigest: Sha256): void {
  const invalid = (what: string): LifecycleError =>
    new LifecycleError('APPROVAL_INVALID', `Version ${to.number} of "${row.index}": ${what}`, {
      facts: { version: to.number },
      hint: `Look at the report and decide again: cutover review ${row.index}`,
    });
  if (decision?.answer !== 'approved' || decision.version !== to.number) throw invalid('nobody has approved it');
  if (decision.versionDigest !== to.digest) throw invalid('what was approved is not what was built');
  if (decision.reportDigest !== reportDigest) throw invalid('it was compared again since it was approved');
  if (isOverdue(decision.expiresAt, now)) throw invalid(`its approval expired at ${decision.expiresAt}`);
  if (decision.liveEpoch !== row.liveEpoch) {
    throw new LifecycleError(
      'STALE_EPOCH',
      `Version ${to.number} of "${row.index}" was approved when another version was live`,
      {
        facts: { approvedAtEpoch: decision.liveEpoch, liveEpoch: row.liveEpoch },
        hint: `Compare it with the live one: cutover reindex ${row.index}`,
      },
    );
  }
}
