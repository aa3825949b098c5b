import { wordBelow, type Random } from './random.js';

export interface Interval {
  readonly low: number;
  readonly high: number;
}

/**
 * Percentile bootstrap interval of the mean.
 *
 * @param resamples  B, integer ≥ 1.
 * @param level      Two-sided confidence, in (0, 1).
 * @returns          undefined of nothing.
 * @see Efron & Tibshirani, An Introduction to the Bootstrap, 1993, §13.3; percentiles interpolated linearly.
 */
export function bootstrapInterval(
  values: readonly number[],
  { resamples, level, random }: { readonly resamples: number; readonly level: number; readonly random: Random },
): Interval | undefined {
  const n = values.length;
  if (n === 0) return undefined;
  const from = Float64Array.from(values);
  const words = new Uint32Array(n);
  const means = new Float64Array(resamples);
  for (let sample = 0; sample < resamples; sample += 1) {
    random(words);
    let sum = 0;
    for (let draw = 0; draw < n; draw += 1) sum += from[wordBelow(words[draw] ?? 0, n)] ?? 0;
    means[sample] = sum / n;
  }
  means.sort();
  return { low: percentile(means, (1 - level) / 2), high: percentile(means, (1 + level) / 2) };
}

/**
 * Percentile of sorted values, interpolated linearly between neighbours (type 7 of Hyndman & Fan, 1996).
 *
 * @param sorted  Ascending, not empty.
 * @param share   In [0, 1].
 */
export function percentile(sorted: ArrayLike<number>, share: number): number {
  const place = (sorted.length - 1) * share;
  const below = sorted[Math.floor(place)] ?? NaN;
  const above = sorted[Math.ceil(place)] ?? NaN;
  return below + (above - below) * (place - Math.floor(place));
}
