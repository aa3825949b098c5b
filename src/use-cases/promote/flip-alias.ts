import { LifecycleError } from '../../domain/errors.js';
import type { IndexName, Sha256, VersionNumber } from '../../domain/ids.js';
import { planFlip, type FlipAlias, type FlipOutcome } from '../../domain/alias/plan-flip.js';
import { decideSwitch, type SwitchRequest } from '../../domain/alias/plan-switch.js';
import type { SwitchDecision } from '../../domain/alias/switch.js';
import type { IndexVersion } from '../../domain/version/version.js';
import type { Ports } from '../../ports/index.js';
import { reconcileIndex } from '../reconcile/reconcile-index.js';

type FlipPorts = Pick<Ports, 'registry' | 'vectors' | 'comparisons'>;

export interface FlipRequest {
  readonly index: IndexName;
  readonly to: VersionNumber;
  /** Execution that asks; the same one gets its open switch back. */
  readonly by: string;
  readonly actor: string;
  readonly kind: 'promotion' | 'rollback';
  /** An operator's reason for rolling back in spite of a hold. */
  readonly overrideHold?: string;
}

/**
 * Step 1 of a flip: open the switch. Somebody else's open one is first resolved by the reconciler's rules.
 *
 * @returns the move to make; `done` with it when the version is live already
 * @throws {LifecycleError} as `decideSwitch`, and `NOT_FOUND`.
 */
export async function beginFlip(
  ports: FlipPorts,
  request: FlipRequest,
): Promise<{ readonly done: boolean; readonly flip: FlipAlias }> {
  const { index, to, by, kind, actor } = request;
  const row = await ports.registry.index(index);
  if (row === undefined) throw unknownIndex(index);
  if (row.switch !== undefined && row.switch.by !== by) await reconcileIndex(ports, index);
  const asked = await switchRequest(ports, request);
  const decision = await ports.registry.beginSwitch({ index, to, by, kind, actor }, (facts) =>
    decideSwitch(facts, asked),
  );
  return { done: decision.kind === 'done', flip: await describeMove(ports, request, decision) };
}

async function switchRequest(ports: FlipPorts, request: FlipRequest): Promise<SwitchRequest> {
  const { index, to, by, kind, overrideHold } = request;
  if (kind === 'rollback') return { kind, to, by, ...(overrideHold === undefined ? {} : { overrideHold }) };
  return { kind, to, by, reportDigest: await latestReportDigest(ports, index, to) };
}

async function latestReportDigest(ports: FlipPorts, index: IndexName, version: VersionNumber): Promise<Sha256> {
  const report = await ports.comparisons.latest(index, version);
  if (report !== undefined) return report.digest;
  throw new LifecycleError('APPROVAL_INVALID', `Version ${version} of "${index}" has no sealed report to approve`, {
    facts: { version },
    hint: `Compare it first: cutover reindex ${index}`,
  });
}

async function describeMove(ports: FlipPorts, request: FlipRequest, decision: SwitchDecision): Promise<FlipAlias> {
  const { index } = request;
  const row = await ports.registry.index(index);
  if (row === undefined) throw unknownIndex(index);
  const from = decision.kind === 'done' ? row.previous : decision.open.from;
  const to = await requireVersion(ports, index, request.to);
  const before = from === undefined ? undefined : await requireVersion(ports, index, from);
  return {
    index,
    alias: row.alias,
    from: before?.collection ?? null,
    to: to.collection,
    fromVersion: before?.number ?? null,
    toVersion: to.number,
    epoch: decision.kind === 'done' ? decision.liveEpoch : decision.open.epoch,
  };
}

/**
 * Step 2: exactly one `create_alias`, if the alias still has to move.
 *
 * @throws {LifecycleError} `ALIAS_CONFLICT` when somebody else moved it; the switch is cleared.
 */
export async function pointAlias(ports: Pick<Ports, 'registry' | 'vectors'>, flip: FlipAlias): Promise<FlipOutcome> {
  try {
    const outcome = planFlip(await ports.vectors.resolveAlias(flip.alias), flip);
    if (outcome === 'flip') await ports.vectors.pointAlias(flip.alias, flip.to);
    return outcome;
  } catch (error) {
    if (error instanceof LifecycleError && error.code === 'ALIAS_CONFLICT') {
      await ports.registry.clearSwitch(flip.index, flip.epoch, error.message);
    }
    throw error;
  }
}

/**
 * Step 3: a call that timed out may have been applied, and one that was answered may have been overtaken.
 *
 * @throws {LifecycleError} `FLIP_LOST` when the alias does not stand where we put it: try again from step 1.
 */
export async function readAliasBack(ports: Pick<Ports, 'vectors'>, flip: FlipAlias): Promise<void> {
  const found = await ports.vectors.resolveAlias(flip.alias);
  if (found !== flip.to) throw flipLost(flip, `its alias serves ${found ?? 'nothing'} again`);
}

/**
 * Step 4: make it official, by compare-and-set on the switch's epoch. Already so is done.
 *
 * @throws {LifecycleError} `FLIP_LOST` when the switch was cleared meanwhile: try again from step 1.
 */
export async function commitFlip(ports: Pick<Ports, 'registry'>, flip: FlipAlias, actor: string): Promise<void> {
  const outcome = await ports.registry.commitSwitch(flip.index, flip.epoch, actor);
  if (outcome === 'lost') throw flipLost(flip, 'its switch was cleared meanwhile');
}

function flipLost(flip: FlipAlias, why: string): LifecycleError {
  return new LifecycleError('FLIP_LOST', `The flip of "${flip.alias}" to version ${flip.toVersion} was lost: ${why}`, {
    facts: { alias: flip.alias, to: flip.toVersion, epoch: flip.epoch },
    hint: 'The alias is whole and serves one version. Ask again.',
  });
}

const unknownIndex = (index: IndexName): LifecycleError =>
  new LifecycleError('NOT_FOUND', `There is no index "${index}"`, { hint: 'See what there is: cutover status' });

async function requireVersion(
  ports: Pick<Ports, 'registry'>,
  index: IndexName,
  number: VersionNumber,
): Promise<IndexVersion> {
  const version = await ports.registry.version({ index, number });
  if (version !== undefined) return version;
  throw new LifecycleError('NOT_FOUND', `Index "${index}" has no version ${number}`, {
    hint: `See what there is: cutover versions ${index}`,
  });
}
