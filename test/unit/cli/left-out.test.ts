import { describe, expect, test } from 'vitest';
import { leftOutLines, readLeftOut } from '../../../src/cli/left-out.js';
import { catchUp, create, openWorld, put, scan } from '../../support/catch-up-world.js';

describe('documents that were left out', () => {
  test('are named with their reason, which nobody was told below the limit', async () => {
    const world = await openWorld();
    put(world, { good: 'text', blank: '  ', nul: 'a\0b' });
    await scan(world);
    const { index, number } = await create(world);
    await catchUp(world, { index, number });
    const { quarantined } = await world.ports.ledger.totals({ index, number });
    const leftOut = await readLeftOut(world.ports, { index, number }, quarantined);
    expect(leftOutLines(leftOut)).toEqual([
      '',
      'Left out of v1, with the reason:',
      '  blank: empty text',
      '  nul: text holds a NUL character',
    ]);
  });

  test('are counted when there are more than are named, and an id cannot command the terminal', () => {
    const documents = [{ docId: 'a\u001b[2J', reason: 'empty text' }];
    expect(leftOutLines({ version: 3, documents, total: 5 }).slice(2)).toEqual([
      '  a\\u001b[2J: empty text',
      '  and 4 more',
    ]);
    expect(leftOutLines({ version: 3, documents: [], total: 0 })).toEqual([]);
  });
});
