import { expect, test } from 'vitest';
import { breathe, isTurnOver } from '../../src/pace.js';

const GIVE_UP_MS = 10_000;

/** A piece of work far shorter than a turn, with a clock of its own where it had one. */
async function smallPiece(): Promise<void> {
  await breathe();
}

/** Busy until the turn is over, as one long piece of work is. */
function spendTurn(): void {
  while (!isTurnOver());
}

test('timers have their turn while small pieces of work follow each other without a pause', async () => {
  let rang = false;
  setTimeout(() => (rang = true), 1);
  const giveUpAt = performance.now() + GIVE_UP_MS;
  while (!rang && performance.now() < giveUpAt) await smallPiece();
  expect(rang).toBe(true);
});

test('works that wait go on one a turn, in the order of asking, however many there are', async () => {
  let turn = 0;
  let isOver = false;
  const count = () => {
    turn += 1;
    if (!isOver) setImmediate(count);
  };
  setImmediate(count);
  const turns: number[] = [];
  const order: string[] = [];
  const work = async (name: string) => {
    for (let round = 0; round < 3; round += 1) {
      spendTurn();
      await breathe();
      order.push(name);
      turns.push(turn);
    }
  };
  await Promise.all([work('a'), work('b'), work('c')]);
  isOver = true;
  expect(order.join('')).toBe('abcabcabc');
  expect(new Set(turns).size).toBe(turns.length);
});
