import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Slice } from '../../../../src/domain/corpus/document.js';
import type { Ports } from '../../../../src/ports/index.js';
import { advanceWatermark } from '../../../../src/use-cases/catch-up/advance-watermark.js';
import { applySlice } from '../../../../src/use-cases/catch-up/apply-slice.js';
import { beginCatchUp } from '../../../../src/use-cases/catch-up/begin-catch-up.js';
import { sweep } from '../../../../src/use-cases/catch-up/sweep.js';
import { verifyVersion } from '../../../../src/use-cases/verify/verify-version.js';
import {
  catchUp,
  create,
  openWorld,
  pointsOf,
  put,
  scan,
  type Key,
  type World,
} from '../../../support/catch-up-world.js';

// The real code played like model/catch_up_model.py: edits, crashes between any two effects, effects that are applied
// but never acknowledged, and upserts of dead attempts that arrive as late as their lease allows. Afterwards the
// collection must equal a fresh build.

const LEASE_OVER_MS = 16_000;
const DOCUMENTS = ['d0', 'd1', 'd2', 'd3', 'd4', 'd5'];

class Crash extends Error {}

/** Seeded, so that fast-check's seed is the whole story. */
class Dice {
  constructor(private state: number) {}

  next(): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  between(low: number, high: number): number {
    return low + Math.floor(this.next() * (high - low + 1));
  }

  chance(share: number): boolean {
    return this.next() < share;
  }
}

interface Play {
  readonly world: World;
  readonly key: Key;
  readonly dice: Dice;
  readonly poison: boolean;
  /** Upserts of dead attempts, still on their way. */
  readonly late: (() => Promise<void>)[];
}

/** A text of one to three paragraphs, the first the same for all variants but one. */
const textOf = (id: string, variant: number): string =>
  [`common of ${id}`, `second ${variant}`, `third ${variant}`].slice(0, 1 + (variant % 3)).join('\n');

async function edit({ world, dice, poison }: Play, count: number): Promise<void> {
  for (let n = 0; n < count; n += 1) {
    const id = DOCUMENTS[dice.between(0, DOCUMENTS.length - 1)]!;
    if (dice.chance(0.25)) world.source.documents.delete(id);
    else put(world, { [id]: poison && dice.chance(0.2) ? undefined : textOf(id, dice.between(0, 5)) });
    await scan(world);
  }
}

type Fate = 'before' | 'unacknowledged' | 'late';

/** Ports of one attempt. At the n-th effect the process dies; nothing leaves it afterwards. */
function mortal({ world, late }: Play, crashAt: number, fate: Fate): Ports {
  let effects = 0;
  let dead = false;
  const effect = async (run: () => Promise<void>, isUpsert = false): Promise<void> => {
    if (dead) throw new Crash('dead');
    effects += 1;
    if (effects !== crashAt) return run();
    dead = true;
    if (fate === 'unacknowledged') await run();
    if (fate === 'late' && isUpsert) late.push(run);
    throw new Crash('killed');
  };
  const { vectors, ledger, fence } = world.ports;
  const living =
    <A extends readonly unknown[], R>(call: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      if (dead) throw new Crash('dead');
      return call(...args);
    };
  return {
    ...world.ports,
    vectors: Object.assign(Object.create(vectors) as typeof vectors, {
      upsert: (collection, batch) => effect(() => vectors.upsert(collection, batch), true),
      deleteStale: (collection, stale) => effect(() => vectors.deleteStale(collection, stale)),
    } satisfies Partial<typeof vectors>),
    ledger: Object.assign(Object.create(ledger) as typeof ledger, {
      write: (version, entries) => effect(() => ledger.write(version, entries)),
    } satisfies Partial<typeof ledger>),
    fence: Object.assign(Object.create(fence) as typeof fence, {
      renew: living((lease, ms) => fence.renew(lease, ms)),
      release: living((lease) => fence.release(lease)),
    } satisfies Partial<typeof fence>),
  };
}

/** @returns whether the slice was finished */
async function attempt(play: Play, slice: Slice, writer: number): Promise<boolean> {
  const { dice, key } = play;
  const crashAt = dice.chance(0.5) ? dice.between(1, 4) : 0;
  const fate = (['before', 'unacknowledged', 'late'] as const)[dice.between(0, 2)]!;
  try {
    await applySlice(mortal(play, crashAt, fate), { key, writer, slice });
    return true;
  } catch (error) {
    if (error instanceof Crash) return false;
    throw error;
  }
}

/** What is late arrives before the lease it was sent under is over: its request's time-out ends before. */
async function outlastLeases({ world, late }: Play): Promise<void> {
  for (const arrive of late.splice(0)) await arrive();
  world.clock.now += LEASE_OVER_MS;
}

async function catchUpWithAccidents(play: Play): Promise<void> {
  const { world, dice, key } = play;
  await outlastLeases(play);
  const { writer, watermark } = await beginCatchUp(world.ports, key);
  const { head } = await world.ports.log.state(key.index);
  const bounds = { maxDocuments: dice.between(1, 4), maxTextBytes: 1_000_000, limit: 100 };
  const planned = await world.ports.log.planSlices(key.index, { from: watermark, to: head }, bounds);
  const open = [...planned].sort(() => dice.next() - 0.5);
  const done = new Map<number, number>();
  const interrupted = new Set<Slice>();
  let reached = watermark;
  while (open.length > 0) {
    const slice = open.pop()!;
    if (dice.chance(0.3)) await edit(play, dice.between(1, 3));
    if (play.late.length > 0 && dice.chance(0.3)) await play.late.splice(0, 1)[0]!();
    if (interrupted.has(slice)) await outlastLeases(play);
    if (await attempt(play, slice, writer)) done.set(slice.from, slice.to);
    else if (dice.chance(0.15)) return;
    else open.splice(dice.between(0, open.length), 0, slice);
    interrupted.add(slice);
    for (let to = done.get(reached); to !== undefined; to = done.get(reached)) {
      reached = await advanceWatermark(world.ports, { key, writer, to });
    }
  }
}

async function play(seed: number, poison: boolean): Promise<Play> {
  const world = await openWorld();
  put(world, { keep: 'always here' });
  await scan(world);
  const { index, number } = await create(world);
  const game: Play = { world, key: { index, number }, dice: new Dice(seed), poison, late: [] };
  await edit(game, game.dice.between(1, 10));
  for (let round = game.dice.between(1, 6); round > 0; round -= 1) {
    await catchUpWithAccidents(game);
    await edit(game, game.dice.between(0, 5));
  }
  for (;;) {
    const [version, { head }] = await Promise.all([
      world.ports.registry.version(game.key),
      world.ports.log.state(index),
    ]);
    if (version!.watermark >= head) break;
    await catchUpWithAccidents(game);
  }
  await outlastLeases(game);
  await beginCatchUp(world.ports, game.key);
  await sweep(world.ports, game.key);
  return game;
}

describe('any interleaving of edits, crashes and late writes', () => {
  test('ends like a fresh build, point by point', { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer(), async (seed) => {
        const { world, key } = await play(seed, false);
        const points = await pointsOf(world, key);
        await world.ports.registry.transition(key, { from: ['building'], to: 'cancelled', actor: 'test' });
        const fresh = await create(world);
        await catchUp(world, fresh);
        expect(points).toEqual(await pointsOf(world, fresh));
      }),
      { numRuns: 300 },
    );
  });

  test('ends with a clean verification, quarantined documents among them', { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer(), async (seed) => {
        const { world, key } = await play(seed, true);
        const report = await verifyVersion(world.ports, key, { mode: 'full' });
        expect(report.findings.filter(({ kind }) => kind !== 'shared-vector')).toEqual([]);
        expect(report).toMatchObject({ missing: 0, extra: 0, mismatched: 0 });
      }),
      { numRuns: 300 },
    );
  });
});
