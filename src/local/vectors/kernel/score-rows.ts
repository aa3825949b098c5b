import type { Distance } from '../../../domain/version/identity.js';

/** How two vectors are compared; Cosine is Dot of vectors that were normalised when they were written. */
export type Metric = Distance | 'Manhattan';

/** Components are summed in this many sums; rows are padded with zeros to a multiple of it. */
export const LANES = 16;

/** Components of a row with its padding. */
export const paddedSize = (size: number): number => Math.ceil(size / LANES) * LANES;

/** Whether a low score is the better one. */
export const isAscending = (metric: Metric): boolean => metric === 'Euclid' || metric === 'Manhattan';

const sums = new Float32Array(LANES);

/**
 * Score of one row, bit for bit what the kernel in `scan.wat` computes: every step rounded to float32, in its order.
 * Rounding a sum or product of two float32 from float64 to float32 gives the same as computing it in float32.
 *
 * @param row  Padding included, as `query`.
 */
export function scoreRow(metric: Metric, row: Float32Array, query: Float32Array): number {
  sums.fill(0);
  if (metric === 'Euclid') addSquares(row, query);
  else if (metric === 'Manhattan') addDistances(row, query);
  else addProducts(row, query);
  const { fround } = Math;
  const four = [0, 1, 2, 3].map((i) => fround(fround(sum(i) + sum(i + 4)) + fround(sum(i + 8) + sum(i + 12))));
  const [a, b, c, d] = four as [number, number, number, number];
  const total = fround(fround(a + b) + fround(c + d));
  return metric === 'Euclid' ? fround(Math.sqrt(total)) : total;
}

const sum = (lane: number): number => sums[lane] as number;

function addProducts(row: Float32Array, query: Float32Array): void {
  for (let i = 0; i < query.length; i += 1) {
    sums[i % LANES]! += Math.fround(row[i]! * query[i]!);
  }
}

function addSquares(row: Float32Array, query: Float32Array): void {
  for (let i = 0; i < query.length; i += 1) {
    const difference = Math.fround(row[i]! - query[i]!);
    sums[i % LANES]! += Math.fround(difference * difference);
  }
}

function addDistances(row: Float32Array, query: Float32Array): void {
  for (let i = 0; i < query.length; i += 1) {
    sums[i % LANES]! += Math.abs(Math.fround(row[i]! - query[i]!));
  }
}
