import { readFileSync } from 'node:fs';

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { kernelModule } from '../../../../../scripts/kernel-source.js';
import { compiledKernel } from '../../../../../src/local/vectors/kernel/compiled-kernel.js';
import { paddedSize, scoreRow } from '../../../../../src/local/vectors/kernel/score-rows.js';
import type { Metric } from '../../../../../src/local/vectors/kernel/score-rows.js';
import { createSegment } from '../../../../../src/local/vectors/kernel/segment.js';
import type { Segment } from '../../../../../src/local/vectors/kernel/segment.js';
import { SegmentScorer } from '../../../../../src/local/vectors/kernel/segment-scorer.js';

const METRICS: readonly Metric[] = ['Cosine', 'Dot', 'Euclid', 'Manhattan'];
const folder = new URL('../../../../../src/local/vectors/kernel/', import.meta.url);

const float = fc.float({ noNaN: true, noDefaultInfinity: true, min: -100, max: 100 });
const rowsAndQuery = fc.integer({ min: 1, max: 70 }).chain((size) =>
  fc.record({
    rows: fc.array(fc.float32Array({ minLength: size, maxLength: size, noNaN: true }), { minLength: 1, maxLength: 6 }),
    query: fc.float32Array({ minLength: size, maxLength: size, noNaN: true }),
  }),
);

describe('the scan kernel', () => {
  test('is what its text compiles to', async () => {
    expect(readFileSync(new URL('kernel-bytes.ts', folder), 'utf8')).toBe(
      await kernelModule(readFileSync(new URL('scan.wat', folder), 'utf8')),
    );
  });

  test('runs on this machine', () => {
    expect(compiledKernel()).toBeDefined();
  });

  test.each(METRICS)('gives the very scores of the JavaScript fallback: %s', (metric) => {
    fc.assert(
      fc.property(rowsAndQuery, ({ rows, query }) => {
        const scorers = bothScorers(query.length);
        rows.forEach((row, i) => scorers.forEach((scorer) => scorer.components.set(row, i * paddedSize(query.length))));
        const [fast, slow] = scorers.map((scorer) =>
          scorer.score(metric, query, { first: 0, count: rows.length }).slice(0, rows.length),
        );
        // By their bits: 0 and -0 differ too.
        expect(new Uint32Array(fast!.buffer)).toEqual(new Uint32Array(slow!.buffer));
      }),
      { numRuns: 300 },
    );
  });

  test('computes what the metrics say: (1, 2, 2) and (3, 5, -2)', () => {
    // Dot 3 + 10 - 4 = 9. Euclid √(4 + 9 + 16) = √29. Manhattan 2 + 3 + 4 = 9.
    const row = new Float32Array(16);
    row.set([1, 2, 2]);
    const query = new Float32Array(16);
    query.set([3, 5, -2]);
    expect(METRICS.map((metric) => scoreRow(metric, row, query))).toEqual([9, 9, Math.fround(Math.sqrt(29)), 9]);
  });

  test('adds in float32: what float64 would keep is lost, in both', () => {
    // Components 0 and 16 go into one sum: 2^24 + 1 is not a float32.
    const scores = bothScorers(17).map((scorer) => {
      const row = new Float32Array(17).fill(0);
      row[0] = 2 ** 24;
      row[16] = 1;
      scorer.components.set(row);
      return scorer.score('Dot', new Float32Array(17).fill(1), { first: 0, count: 1 })[0];
    });
    expect(scores).toEqual([2 ** 24, 2 ** 24]);
  });

  test('scores rows from the middle of a segment, for two threads that ask different things', () => {
    const segment = createSegment(2);
    const [main, other] = [new SegmentScorer(segment, 0), new SegmentScorer(segment, 1)];
    fc.assert(
      fc.property(fc.nat(segment.rows - 3), float, float, (first, a, b) => {
        main.components.set([a, b], first * 16);
        main.components.set([b, a], (first + 1) * 16);
        const mine = main.score('Dot', Float32Array.of(1, 0), { first, count: 2 });
        const others = other.score('Dot', Float32Array.of(0, 1), { first, count: 2 });
        expect([...mine.slice(0, 2)].map((score) => score + 0)).toEqual([a + 0, b + 0]);
        expect([...others.slice(0, 2)].map((score) => score + 0)).toEqual([b + 0, a + 0]);
      }),
    );
  });

  const segments = new Map<number, readonly Segment[]>();

  /** With and without the kernel. */
  function bothScorers(size: number): readonly SegmentScorer[] {
    const known = segments.get(size) ?? [createSegment(size), { ...createSegment(size), memory: undefined }];
    segments.set(size, known);
    return known.map((segment) => new SegmentScorer(segment, 0));
  }
});
