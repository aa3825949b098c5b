import { expect, test } from 'vitest';
import type { VersionNumber } from '../../../../src/domain/ids.js';
import { collectionOf, flip, FlipWorld, randomOf, reconciler } from './flip-world.js';

const SEEDS = 2_500;

interface Process {
  readonly kind: 'flip' | 'reconciler';
  readonly steps: Generator<undefined, void, undefined>;
}

/**
 * Flips and rollbacks at random moments; any process may die after a step, or be frozen and go on much later with
 * what it had read. @returns what is wrong once everything is quiet
 */
function play(seed: number, withReconciler: boolean): string | undefined {
  const random = randomOf(seed);
  const world = new FlipWorld(random);
  const spawn = (): Process => ({ kind: 'reconciler', steps: reconciler(world) });
  const running: Process[] = withReconciler ? [spawn(), spawn()] : [];
  const frozen: Process[] = [];
  const take = (list: Process[], at = Math.floor(random() * list.length)): Process => list.splice(at, 1)[0]!;

  for (let step = 0, started = 0; step < 400; step += 1) {
    world.seconds += 1;
    if (step < 260 && random() < 0.05) {
      started += 1;
      const to = 1 + Math.floor(random() * 4);
      if (to !== world.row.live) running.push({ kind: 'flip', steps: flip(world, `execution ${started}`, to) });
    }
    if (running.length > 0) stepOne(running, frozen, { random, take });
    if (frozen.length > 0 && random() < 0.05) running.push(take(frozen));
  }
  return quieten(world, [...running, ...frozen], withReconciler);
}

function stepOne(
  running: Process[],
  frozen: Process[],
  { random, take }: { random: () => number; take: (list: Process[], at?: number) => Process },
): void {
  const at = Math.floor(random() * running.length);
  const process = running[at]!;
  if (process.steps.next().done === true) {
    take(running, at);
    return;
  }
  const chance = random();
  if (process.kind === 'flip' && chance < 0.08) take(running, at);
  else if (chance < 0.12) frozen.push(take(running, at));
}

/** Let whoever is left finish, then the reconcilers what they had in hand, then a fresh reconciler alone. */
function quieten(world: FlipWorld, left: readonly Process[], withReconciler: boolean): string | undefined {
  const isFlip = (process: Process): boolean => process.kind === 'flip';
  for (const { steps } of left.filter(isFlip)) {
    for (let step = 0; step < 200 && steps.next().done !== true; step += 1) world.seconds += 1;
  }
  for (const { steps } of left.filter((process) => !isFlip(process))) for (let n = 0; n < 5; n += 1) steps.next();
  world.seconds += 100;
  if (withReconciler) {
    const fresh = reconciler(world);
    for (let step = 0; step < 60; step += 1) fresh.next();
  }
  return whatIsWrong(world);
}

function whatIsWrong(world: FlipWorld): string | undefined {
  const { live, switch: open } = world.row;
  if (world.alias !== collectionOf(live!)) return `the alias serves ${world.alias}, the registry says version ${live}`;
  if (open !== undefined) return 'a switch is left open';
  if (new Set(world.epochs).size !== world.epochs.length) return 'an epoch was used twice';
  if (world.epochs.some((epoch, at) => at > 0 && epoch <= world.epochs[at - 1]!)) return 'epochs do not grow';
  if (!world.asked.has(live!)) return 'a version went live that nobody asked for';
  const last: VersionNumber = 9;
  const steps = flip(world, 'the last', last);
  for (let step = 0; step < 50 && steps.next().done !== true; step += 1);
  return world.row.live === last && world.alias === collectionOf(last) ? undefined : 'nothing can flip any more';
}

test('any interleaving of flips, rollbacks, crashes and frozen processes ends with alias = registry', () => {
  const wrong: string[] = [];
  for (let seed = 1; seed <= SEEDS; seed += 1) {
    const problem = play(seed, true);
    if (problem !== undefined) wrong.push(`seed ${seed}: ${problem}`);
  }
  expect(wrong).toEqual([]);
});

test('without the reconciler many of the same plays end wrong, so the property can fail', () => {
  let wrong = 0;
  for (let seed = 1; seed <= 300; seed += 1) if (play(seed, false) !== undefined) wrong += 1;
  expect(wrong).toBeGreaterThan(30);
});
