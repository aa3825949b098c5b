import { LifecycleError } from '../errors.js';
import type { Sha256, VersionNumber } from '../ids.js';
import { requireValidApproval } from './approval.js';
import type { OpenSwitch } from './index-row.js';
import { isOverdue } from './reconcile.js';
import type { SwitchDecision, SwitchFacts } from './switch.js';

/** How long an open switch waits for its alias before the reconciler clears it. */
export const SWITCH_DEADLINE_MS = 60_000;

/** Share of documents that may have changed since the comparison, before it has to be made again. */
export const STALE_COMPARISON_SHARE = 0.05;

/** Who asks for the alias to move, and on what grounds. */
export type SwitchRequest = {
  readonly to: VersionNumber;
  /** Execution that asks; the same one gets its open switch back. */
  readonly by: string;
} & (
  | {
      readonly kind: 'promotion';
      /** Digest of the candidate's latest sealed report: the approval must have been given for this one. */
      readonly reportDigest: Sha256;
    }
  | {
      readonly kind: 'rollback';
      /** An operator's reason for passing a hold. */
      readonly overrideHold?: string;
    }
);

/**
 * Step 1 of a flip: may this alias move now? The facts were read under the locks of index and corpus.
 *
 * @throws {LifecycleError} `SWITCH_OPEN` (retryable) while another execution's switch is open; for a promotion
 *   `ON_HOLD`, `ILLEGAL_TRANSITION`, `STALE_EPOCH`, `APPROVAL_INVALID`, `LOG_FROZEN`, `VERIFY_FAILED`,
 *   `COMPARISON_VOID`; for a rollback `ON_HOLD`, `ROLLBACK_REFUSED`.
 */
export function decideSwitch(facts: SwitchFacts, request: SwitchRequest): SwitchDecision {
  const open = facts.row.switch;
  if (open !== undefined) {
    if (open.by === request.by && open.to === request.to) return { kind: 'mine', open };
    throw switchOpen(facts, open);
  }
  if (facts.row.live === request.to) return { kind: 'done', liveEpoch: facts.row.liveEpoch };
  if (request.kind === 'promotion') requirePromotable(facts, request);
  else requireReturnable(facts, request.overrideHold);
  return { kind: 'open', open: newSwitch(facts, request) };
}

function newSwitch({ row, now }: SwitchFacts, { to, by, kind }: SwitchRequest): OpenSwitch {
  const deadline = new Date(Date.parse(now) + SWITCH_DEADLINE_MS).toISOString();
  return { ...(row.live === undefined ? {} : { from: row.live }), to, epoch: row.epoch + 1, by, kind, deadline };
}

function switchOpen({ row, now }: SwitchFacts, open: OpenSwitch): LifecycleError {
  const state = isOverdue(open.deadline, now) ? 'is overdue' : `is open until ${open.deadline}`;
  return new LifecycleError('SWITCH_OPEN', `A ${open.kind} of "${row.index}" to version ${open.to} ${state}`, {
    retryable: true,
    retryAfterMs: 1_000,
    facts: { index: row.index, to: open.to, epoch: open.epoch },
    hint: 'It is finished or cleared by the reconciler within a minute or so; the call is repeated by itself.',
  });
}

type Promotion = Extract<SwitchRequest, { kind: 'promotion' }>;

function requirePromotable(facts: SwitchFacts, request: Promotion): void {
  const { row, to } = facts;
  refuseOnHold(facts, undefined);
  if (to.state !== 'approved') {
    throw new LifecycleError(
      'ILLEGAL_TRANSITION',
      `Version ${to.number} of "${row.index}" is ${to.state}, not approved`,
      {
        facts: { version: to.number, state: to.state },
        hint: `Approve it with: cutover approve ${row.index}`,
      },
    );
  }
  requireValidApproval(facts, request.reportDigest);
  requireFrozenByUs(facts, request.by);
  requireAtHead(facts);
  requireFreshComparison(facts);
}

/** The log is frozen by the asking execution, or a document might move above the head on one side only. */
function requireFrozenByUs({ row, freezeOwner }: SwitchFacts, by: string): void {
  if (freezeOwner === by) return;
  throw new LifecycleError('LOG_FROZEN', `The log of "${row.index}" is not frozen by this promotion any more`, {
    hint: `Its freeze ran out or was taken over; promote again: cutover promote ${row.index}`,
  });
}

function requireAtHead({ row, from, to, head }: SwitchFacts): void {
  for (const version of from === undefined ? [to] : [from, to]) {
    if (version.watermark !== head) {
      throw new LifecycleError(
        'VERIFY_FAILED',
        `Version ${version.number} of "${row.index}" stands at revision ${version.watermark}, the log at ${head}`,
        { facts: { version: version.number, watermark: version.watermark, head } },
      );
    }
  }
  if (to.verifiedWatermark !== head) {
    throw new LifecycleError(
      'VERIFY_FAILED',
      `Version ${to.number} of "${row.index}" is verified up to revision ${to.verifiedWatermark ?? 'none'}, the log stands at ${head}`,
      { facts: { version: to.number, verified: to.verifiedWatermark ?? null, head } },
    );
  }
}

function requireFreshComparison({ row, to, changedSinceCompared, documents }: SwitchFacts): void {
  // A first version was compared with nothing, so nothing can have gone stale.
  if (row.live === undefined || changedSinceCompared <= STALE_COMPARISON_SHARE * documents) return;
  throw new LifecycleError(
    'COMPARISON_VOID',
    `${changedSinceCompared} of ${documents} documents of "${row.index}" changed since version ${to.number} was compared`,
    { facts: { changedSinceCompared, documents }, hint: `Compare again: cutover reindex ${row.index}` },
  );
}

/** A rollback wants little: its target gave way to the live version and is still kept in step. */
function requireReturnable(facts: SwitchFacts, overrideHold: string | undefined): void {
  const { row, to } = facts;
  refuseOnHold(facts, overrideHold);
  if (row.previous === to.number && to.state === 'previous') return;
  throw new LifecycleError(
    'ROLLBACK_REFUSED',
    `Version ${to.number} of "${row.index}" is ${to.state}; only the previous version can be rolled back to`,
    { facts: { version: to.number, state: to.state, previous: row.previous ?? null } },
  );
}

function refuseOnHold({ row }: SwitchFacts, overrideHold: string | undefined): void {
  if (row.hold === undefined || (overrideHold !== undefined && overrideHold.trim() !== '')) return;
  throw new LifecycleError('ON_HOLD', `"${row.index}" is on hold by ${row.hold.by}: ${row.hold.reason}`, {
    facts: { by: row.hold.by, at: row.hold.at },
    hint: `Release it with: cutover release ${row.index}; a rollback may pass it with --override-hold and a reason.`,
  });
}
