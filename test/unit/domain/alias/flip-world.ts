import { LifecycleError } from '../../../../src/domain/errors.js';
import {
  aliasName,
  collectionName,
  indexName,
  type CollectionName,
  type VersionNumber,
} from '../../../../src/domain/ids.js';
import type { IndexRow, OpenSwitch } from '../../../../src/domain/alias/index-row.js';
import { planFlip, type FlipAlias } from '../../../../src/domain/alias/plan-flip.js';
import { decideSwitch, type SwitchRequest } from '../../../../src/domain/alias/plan-switch.js';
import { planReconcile, routesAlike } from '../../../../src/domain/alias/reconcile.js';
import { clearSwitch, commitSwitch, openSwitch } from '../../../../src/domain/alias/settle-switch.js';
import type { SwitchFacts } from '../../../../src/domain/alias/switch.js';
import type { IndexVersion, VersionState } from '../../../../src/domain/version/version.js';

/** A small generator of pseudo-random numbers (mulberry32), so that a seed names one play for ever. */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export const collectionOf = (version: VersionNumber): CollectionName => collectionName(`docs_v${version}`);

const version = (number: VersionNumber, state: VersionState): IndexVersion =>
  ({
    number,
    state,
    index: 'docs',
    collection: collectionOf(number),
    digest: `d${number}`,
    watermark: 7,
    verifiedWatermark: 7,
  }) as unknown as IndexVersion;

/** Postgres and Qdrant as far as a flip sees them. Time is in seconds, one per step. */
export class FlipWorld {
  row: IndexRow = { index: indexName('docs'), alias: aliasName('docs'), live: 1, liveEpoch: 0, epoch: 0 };
  alias: CollectionName | undefined = collectionOf(1);
  seconds = 0;
  readonly epochs: number[] = [];
  readonly asked = new Set<VersionNumber>([1]);
  lost = 0;

  constructor(readonly random: () => number) {}

  get now(): string {
    return new Date(this.seconds * 1_000).toISOString();
  }

  write(row: IndexRow): void {
    if (row.epoch !== this.row.epoch) this.epochs.push(row.epoch);
    this.row = row;
  }

  /** The facts a promotion or rollback finds when everything but the switch is in order. */
  facts(request: SwitchRequest, approvedAtEpoch: number): SwitchFacts {
    return {
      row: this.row,
      head: 7,
      freezeOwner: request.by,
      from: this.row.live === undefined ? undefined : version(this.row.live, 'live'),
      to: version(request.to, request.to === this.row.previous ? 'previous' : 'approved'),
      decision: {
        answer: 'approved',
        version: request.to,
        versionDigest: `d${request.to}`,
        reportDigest: 'report',
        liveEpoch: approvedAtEpoch,
        expiresAt: '9999-01-01T00:00:00.000Z',
      } as SwitchFacts['decision'],
      now: this.now,
      changedSinceCompared: 0,
      documents: 100,
    };
  }
}

type Step = Generator<undefined, void, undefined>;

/** One promotion or rollback; every step may be repeated, because activities are delivered at least once. */
export function* flip(world: FlipWorld, by: string, to: VersionNumber): Step {
  const { liveEpoch } = world.row;
  const kind = to === world.row.previous ? 'rollback' : 'promotion';
  const request: SwitchRequest = kind === 'rollback' ? { kind, to, by } : { kind, to, by, reportDigest: 'report' };
  yield;
  const open = yield* begin(world, request, liveEpoch);
  if (open === undefined) return;
  const { from, epoch } = open;
  yield;
  const move: FlipAlias = {
    index: world.row.index,
    alias: world.row.alias,
    from: from === undefined ? null : collectionOf(from),
    to: collectionOf(to),
    fromVersion: from ?? null,
    toVersion: to,
    epoch,
  };
  if (!(yield* point(world, move))) return;
  const seen = world.alias;
  yield;
  if (seen !== move.to) return;
  const settled = commitSwitch(world.row, epoch);
  if (settled.kind === 'commit') world.write(settled.row);
  else if (settled.kind === 'lost') world.lost += 1;
}

/** Step 1. What was asked for may be out of date by now: then the domain refuses, and whoever asks gives up. */
function* begin(
  world: FlipWorld,
  request: SwitchRequest,
  approvedAtEpoch: number,
): Generator<undefined, OpenSwitch | undefined, undefined> {
  for (;;) {
    const open = world.row.switch;
    if (open !== undefined && open.by !== request.by) resolve(world);
    try {
      const decision = decideSwitch(world.facts(request, approvedAtEpoch), request);
      if (decision.kind === 'done') return undefined;
      if (decision.kind === 'open') world.write(openSwitch(world.row, decision.open));
      world.asked.add(request.to);
      // Committed, answer lost: it asks again and must get its own switch back.
      if (decision.kind === 'mine' || world.random() >= 0.2) return decision.open;
    } catch (error) {
      if (!(error instanceof LifecycleError) || !error.retryable) return undefined;
    }
    yield;
  }
}

/** Step 2: what the alias was is read before it is moved, and it may be moved late or twice. */
function* point(world: FlipWorld, move: FlipAlias): Generator<undefined, boolean, undefined> {
  const current = world.alias;
  yield;
  try {
    planFlip(current, move);
  } catch {
    const cleared = clearSwitch(world.row, move.epoch);
    if (cleared !== undefined) world.write(cleared);
    return false;
  }
  for (let times = world.random() < 0.2 ? 2 : 1; times > 0; times -= 1) {
    world.alias = move.to;
    yield;
  }
  return true;
}

/** The reconciler's rules as one step, on what is known now. */
function resolve(world: FlipWorld): void {
  const action = decideOn(world, world.row, world.alias);
  if (action.kind === 'commit') settle(world, action.epoch);
  if (action.kind === 'clear') give(world, action.epoch);
}

const decideOn = (world: FlipWorld, row: IndexRow, alias: CollectionName | undefined) =>
  planReconcile({
    row,
    live: row.live === undefined ? undefined : collectionOf(row.live),
    switchTo: row.switch === undefined ? undefined : collectionOf(row.switch.to),
    alias,
    now: world.now,
  });

function settle(world: FlipWorld, epoch: number): void {
  const settled = commitSwitch(world.row, epoch);
  if (settled.kind === 'commit') world.write(settled.row);
}

function give(world: FlipWorld, epoch: number): void {
  const cleared = clearSwitch(world.row, epoch);
  if (cleared !== undefined) world.write(cleared);
}

/** The reconciler's loop: row first, alias second, and time passes between any two of its steps. */
export function* reconciler(world: FlipWorld): Step {
  for (;;) {
    const row = world.row;
    yield;
    const alias = world.alias;
    yield;
    const action = decideOn(world, row, alias);
    if (action.kind === 'commit') settle(world, action.epoch);
    else if (action.kind === 'clear') give(world, action.epoch);
    else if (action.kind === 'reassert' && routesAlike(world.row, row)) {
      yield;
      world.alias = action.to;
    }
    yield;
  }
}
