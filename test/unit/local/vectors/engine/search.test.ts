import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';

import { parseFilter } from '../../../../../src/domain/filter/parse-filter.js';
import { FieldIndex } from '../../../../../src/local/vectors/engine/field-index.js';
import { PointTable } from '../../../../../src/local/vectors/engine/point-table.js';
import { searchTop } from '../../../../../src/local/vectors/engine/search.js';
import type { Search } from '../../../../../src/local/vectors/engine/search.js';
import { compareRanked } from '../../../../../src/local/vectors/engine/top-hits.js';
import type { Metric } from '../../../../../src/local/vectors/kernel/score-rows.js';
import type { AppendLog } from '../../../../../src/local/vectors/storage/append-log.js';
import { BestRows } from '../../../../../src/local/vectors/workers/best-rows.js';
import { scanPool } from '../../../../../src/local/vectors/workers/scan-pool.js';
import { parseField } from '../../../../../src/domain/filter/parse-filter.js';

// Two segments and more than 4 MB: this is where the threads take over.
const POINTS = 70_000;
const SIZE = 16;

const random = (seed: number) => (): number => {
  seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
  return seed / 2 ** 32;
};

/** Components of −1, 0 and 1: a great many equal scores. */
const coarse = (next: () => number): Float32Array =>
  Float32Array.from({ length: SIZE }, () => Math.floor(3 * next()) - 1);

// No test here reads a payload back.
const log = undefined as unknown as AppendLog;

const put = (table: PointTable, id: number, vector: Float32Array): void =>
  table.put({
    id,
    version: 1,
    vectors: new Map([['', vector]]),
    place: { log, offset: 0, length: 0 },
    payload: { group: `g${id % 100}` },
  });

function filled(distance: Metric, points: number): PointTable {
  const table = new PointTable(new Map([['', { size: SIZE, distance }]]));
  const index = new FieldIndex(parseField('group'), 'keyword');
  index.complete = true;
  table.addIndex(index);
  const next = random(7);
  // Backwards, so that slots and ids disagree about who comes first.
  for (let id = points - 1; id >= 0; id -= 1) put(table, id, coarse(next));
  return table;
}

const searchOf = (table: PointTable, vector: Float32Array): Search => ({
  column: table.columns.get('')!,
  vector,
  withVectors: false,
});

/** One point after the other, all of them sorted. */
function naive(table: PointTable, vector: Float32Array, keep: (id: number) => boolean = () => true) {
  const column = table.columns.get('')!;
  const direction = ['Euclid', 'Manhattan'].includes(column.params.distance) ? 'ascending' : 'descending';
  return table.order
    .slice(undefined, Infinity)
    .filter((id) => keep(id as number))
    .map((id) => ({ id, score: column.score(table.slotOf(id)!, vector) }))
    .sort((a, b) => compareRanked(a, b, direction));
}

const shown = (hits: readonly { id: unknown; score: number }[]) => hits.map(({ id, score }) => [id, score]);

describe('BestRows', () => {
  test('keeps the best and all that equal the last of them, and nothing worse', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -5, max: 5 }), { maxLength: 2000, size: 'max' }),
        fc.integer({ min: 1, max: 300 }),
        fc.boolean(),
        (values, limit, ascending) => {
          const best = new BestRows(limit, ascending);
          best.offer(Float32Array.from(values), values.length, (i) => i);
          const order = values
            .map((score, row) => ({ score, row }))
            .sort((a, b) => (ascending ? 1 : -1) * (a.score - b.score));
          const last = order[Math.min(limit, order.length) - 1]?.score;
          const expected = order.filter(({ score }, i) => i < limit || score === last).map(({ row }) => row);
          expect([...best.take().rows].sort((a, b) => a - b)).toEqual(expected.sort((a, b) => a - b));
        },
      ),
      { numRuns: 200 },
    );
  });

  test('a score that is no number is no hit', () => {
    const best = new BestRows(2, false);
    best.offer(Float32Array.of(NaN, 1, NaN), 3, (i) => i);
    expect([...best.take().rows]).toEqual([1]);
  });
});

describe('searchTop()', () => {
  beforeAll(async () => {
    await scanPool.started();
  });

  test('the threads have started', () => {
    expect(scanPool.isReady()).toBe(true);
  });

  test.each<Metric>(['Dot', 'Euclid', 'Manhattan'])(
    'orders by score, then id, on threads as one by one: %s',
    async (distance) => {
      const table = filled(distance, POINTS);
      const next = random(1);
      for (const limit of [1, 10, 3000]) {
        const vector = coarse(next);
        const expected = naive(table, vector);
        const hits = await searchTop(table, searchOf(table, vector), limit);
        expect(shown(hits)).toEqual(shown(expected.slice(0, limit)));
        // The one in the middle of its equals as threshold: those at it are left out.
        const scoreThreshold = expected[limit]!.score;
        const above = await searchTop(table, { ...searchOf(table, vector), scoreThreshold }, limit);
        expect(shown(above)).toEqual(shown(expected.slice(0, limit).filter(({ score }) => score !== scoreThreshold)));
      }
    },
  );

  test('looks at what the filter leaves, be it little or most', async () => {
    const table = filled('Dot', POINTS);
    const vector = coarse(random(2));
    for (const groups of [['g7'], Array.from({ length: 97 }, (_, i) => `g${i}`)]) {
      const filter = parseFilter({ must: [{ key: 'group', match: { any: groups } }] });
      const hits = await searchTop(table, { ...searchOf(table, vector), filter }, 50);
      expect(shown(hits)).toEqual(shown(naive(table, vector, (id) => groups.includes(`g${id % 100}`)).slice(0, 50)));
    }
  });

  test('answers for one moment, whatever is written meanwhile', async () => {
    const table = filled('Dot', POINTS);
    const next = random(3);
    const vector = coarse(next);
    let writing = true;
    // Always the best ones: replaced by worse, deleted, written anew.
    const writer = (async () => {
      while (writing) {
        for (const { id } of await searchTop(table, searchOf(table, vector), 40)) {
          if (next() < 0.5) table.delete(id);
          else put(table, id as number, coarse(next));
        }
        put(table, POINTS + Math.floor(1000 * next()), vector);
        await new Promise(setImmediate);
      }
    })();
    for (let round = 0; round < 30; round += 1) {
      const hits = await searchTop(table, searchOf(table, vector), 20);
      expect(shown(hits)).toEqual(shown(naive(table, vector).slice(0, 20)));
    }
    writing = false;
    await writer;
  });
});
