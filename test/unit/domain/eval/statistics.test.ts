import { describe, expect, test } from 'vitest';
import { bootstrapInterval, percentile } from '../../../../src/domain/eval/bootstrap.js';
import { cohenDz, countWins, mean, standardDeviation } from '../../../../src/domain/eval/differences.js';
import { holmAdjust } from '../../../../src/domain/eval/holm.js';
import { oneSidedBounds, pairedT } from '../../../../src/domain/eval/paired-t.js';
import { detectableDelta, normalQuantile, queriesToShow } from '../../../../src/domain/eval/power.js';
import { seededRandom, shuffled, wordBelow, xoshiro128 } from '../../../../src/domain/eval/random.js';
import { randomisationTest } from '../../../../src/domain/eval/randomisation-test.js';
import { studentCdf, studentQuantile, studentTwoSidedP } from '../../../../src/domain/eval/student-t.js';

const within = (actual: number, expected: number, relative: number) =>
  expect(Math.abs(actual - expected)).toBeLessThanOrEqual(Math.abs(expected) * relative);

describe('seededRandom()', () => {
  test('is xoshiro128**: the reference C program started at 1, 2, 3, 4 gives the same numbers', () => {
    const random = xoshiro128([1, 2, 3, 4]);
    const words = [...random(new Uint32Array(4)), ...random(new Uint32Array(6))];
    expect(words).toEqual([
      11520, 0, 5927040, 70819200, 2031721883, 1637235492, 1287239034, 3734860849, 3729100597, 4258142804,
    ]);
  });

  test('gives the same sequence for a seed and another one for the next', () => {
    const first = (seed: number) => [...seededRandom(seed)(new Uint32Array(5))];
    expect(first(7)).toEqual(first(7));
    expect(first(7)).not.toEqual(first(8));
  });

  test('wordBelow() spreads all words over the range', () => {
    expect([0, 2 ** 31, 2 ** 32 - 1].map((word) => wordBelow(word, 7))).toEqual([0, 3, 6]);
  });

  test('shuffled() keeps every item and changes the order with the seed', () => {
    const items = Array.from({ length: 20 }, (_, index) => index);
    const order = shuffled(items, seededRandom(1));
    expect([...order].sort((a, b) => a - b)).toEqual(items);
    expect(order).not.toEqual(shuffled(items, seededRandom(2)));
  });
});

describe("Student's t", () => {
  // SciPy 1.17.1, stats.t.cdf and 2 · stats.t.sf.
  test.each([
    [0.5, 1, 0.6475836176504333, 0.7048327646991335],
    [2, 3, 0.9303370157205785, 0.13932596855884305],
    [-1.0312374176433063, 224, 0.15177082541272877, 0.30354165082545753],
    [1.96, 10_000, 0.9749882398840835, 0.05002352023183303],
    [10, 5, 0.9999145262121285, 0.00017094757574296363],
    [-3.2, 30, 0.0016193008559765656, 0.0032386017119531312],
  ])('cdf and p of t = %f with %i degrees of freedom are those of SciPy', (t, df, cdf, p) => {
    within(studentCdf(t, df), cdf, 1e-10);
    within(studentTwoSidedP(t, df), p, 1e-10);
  });

  // SciPy 1.17.1, stats.t.ppf.
  test.each([
    [0.95, 1, 6.313751514675037],
    [0.95, 224, 1.6516845598497336],
    [0.975, 9, 2.262157162798205],
    [0.999, 2, 22.327124770119866],
    [0.05, 48, -1.677224196124339],
    [0.95, 999, 1.646380345427535],
  ])('the %f quantile with %i degrees of freedom is that of SciPy', (probability, df, expected) => {
    within(studentQuantile(probability, df), expected, 1e-9);
  });

  test('the quantile refuses what is no probability', () => {
    expect(() => studentQuantile(1, 5)).toThrow(RangeError);
  });
});

describe('pairedT()', () => {
  test('works a small sample out by hand', () => {
    // mean 2, deviations −1, 0, +1: sd 1, t = 2 / (1 / √3) = 3.4641
    const test = pairedT([1, 2, 3]);
    expect(test).toMatchObject({ n: 3, mean: 2, sd: 1 });
    expect(test.t).toBeCloseTo(2 * Math.sqrt(3), 12);
    // Two degrees of freedom have a closed form: p = 1 − t / √(t² + 2) = 1 − √(12/14)
    expect(test.pTwoSided).toBeCloseTo(1 - Math.sqrt(12 / 14), 12);
    expect(test.pGreater).toBeCloseTo((1 - Math.sqrt(12 / 14)) / 2, 12);
  });

  test('bounds the mean one-sidedly', () => {
    // t(.95, 2) = 2.919986: 2 ∓ 2.919986 / √3
    const bounds = oneSidedBounds(pairedT([1, 2, 3]), 0.05);
    expect(bounds.lower).toBeCloseTo(2 - 2.91998558 / Math.sqrt(3), 7);
    expect(bounds.upper).toBeCloseTo(2 + 2.91998558 / Math.sqrt(3), 7);
  });

  test('knows nothing from one query, and everything when all differ by the same', () => {
    expect(oneSidedBounds(pairedT([0.5]), 0.05)).toEqual({ lower: -Infinity, upper: Infinity });
    expect(oneSidedBounds(pairedT([0, 0, 0]), 0.05)).toEqual({ lower: 0, upper: 0 });
    expect(pairedT([0, 0, 0]).pTwoSided).toBe(1);
    expect(pairedT([-0.5, -0.5, -0.5])).toMatchObject({ t: -Infinity, pTwoSided: 0, pGreater: 1 });
  });
});

describe('randomisationTest()', () => {
  test('counts all patterns of a few queries', () => {
    // |±1 ±2 ±3| ≥ 6 for two of the eight patterns.
    expect(randomisationTest([1, 2, 3], 100, seededRandom(1))).toBe(0.25);
    // |±1 ±1 ±1| ≥ 1 always.
    expect(randomisationTest([1, 1, -1], 100, seededRandom(1))).toBe(1);
  });

  test('takes sums that differ only by rounding for equal', () => {
    // .1 + .2 and .3 differ in the last bit; of the eight patterns ±(.1 + .2 + .3) and ±(−.1 −.2 +.3 = 0) …
    // the observed −.1 − .2 + .3 is 0 up to rounding, so every pattern is at least as far.
    expect(randomisationTest([-0.1, -0.2, 0.3], 100, seededRandom(1))).toBe(1);
  });

  test('never gives 0 and keeps to its seed when it draws', () => {
    const clear = Array.from({ length: 60 }, () => 1);
    expect(randomisationTest(clear, 999, seededRandom(1))).toBe(1 / 1000);
    const mixed = Array.from({ length: 60 }, (_, index) => ((index * 7) % 13) - 5);
    expect(randomisationTest(mixed, 999, seededRandom(3))).toBe(randomisationTest(mixed, 999, seededRandom(3)));
  });

  test('sees no difference where there is none', () => {
    expect(randomisationTest([0, 0, 0], 100, seededRandom(1))).toBe(1);
  });
});

describe('bootstrapInterval()', () => {
  test('has the width the normal approximation gives', () => {
    // 400 values of sd 1: the 95 % interval reaches about 1.96 / √400 = .098 to either side.
    const values = Array.from({ length: 400 }, (_, index) => (index % 2 === 0 ? 1 : -1));
    const interval = bootstrapInterval(values, { resamples: 10_000, level: 0.95, random: seededRandom(1) });
    expect(interval?.low).toBeCloseTo(-0.098, 2);
    expect(interval?.high).toBeCloseTo(0.098, 2);
  });

  test('of one value is that value, of nothing is nothing', () => {
    const options = { resamples: 10, level: 0.95, random: seededRandom(1) };
    expect(bootstrapInterval([0.5], options)).toEqual({ low: 0.5, high: 0.5 });
    expect(bootstrapInterval([], options)).toBeUndefined();
  });

  test('percentile() interpolates between neighbours', () => {
    expect(percentile([10, 20, 30], 0.25)).toBe(15);
    expect(percentile([10], 0.99)).toBe(10);
  });
});

describe('differences', () => {
  test('wins, ties and losses forgive rounding', () => {
    expect(countWins([0.1, 1e-16, 0, -1e-16, -0.2])).toEqual({ wins: 1, ties: 3, losses: 1 });
  });

  test('mean, deviation and effect size', () => {
    expect(mean([])).toBe(0);
    expect(standardDeviation([1, 2, 3])).toBe(1);
    expect(standardDeviation([1])).toBeUndefined();
    expect(cohenDz([1, 2, 3])).toBe(2);
    expect(cohenDz([1, 1])).toBeUndefined();
  });

  test('holmAdjust() multiplies the smallest by n and never lets a larger one fall below', () => {
    // .01 · 3 = .03; .02 · 2 = .04; .03 · 1 = .03, lifted to .04
    const adjusted = holmAdjust([0.03, 0.01, 0.02]);
    [0.04, 0.03, 0.04].forEach((expected, index) => expect(adjusted[index]).toBeCloseTo(expected, 12));
    expect(holmAdjust([0.9, 0.8])).toEqual([1, 1]);
    expect(holmAdjust([])).toEqual([]);
  });
});

describe('how many queries', () => {
  test('normalQuantile() is that of SciPy to seven digits', () => {
    const expected: readonly (readonly [number, number])[] = [
      [0.8, 0.8416212335729143],
      [0.95, 1.6448536269514722],
      [0.975, 1.959963984540054],
      [0.01, -2.3263478740408408],
      [1e-9, -5.9978070150076865],
      [1e-20, -9.262340089798409],
    ];
    expect(normalQuantile(0.5)).toBe(0);
    for (const [probability, value] of expected) within(normalQuantile(probability), value, 2e-7);
  });

  test.each([
    [0.15, 71, 197, 442, 348],
    [0.2, 126, 349, 785, 619],
    [0.3, 283, 785, 1766, 1392],
    [0.4, 503, 1396, 3140, 2474],
  ])('queriesToShow() with σ = %f gives the published table', (sigma, five, three, two, nonInferior) => {
    // ((1.959964 + .841621) σ / Δ)², and ((1.644854 + .841621) σ / .02)² for non-inferiority
    expect([0.05, 0.03, 0.02].map((delta) => queriesToShow(delta, sigma, 0.025))).toEqual([five, three, two]);
    expect(queriesToShow(0.02, sigma, 0.05)).toBe(nonInferior);
  });

  test('detectableDelta() turns the formula round', () => {
    // 2.801585 · .2 / √225 = .037354
    expect(detectableDelta(225, { alpha: 0.05 })).toBeCloseTo(0.037354, 6);
    expect(detectableDelta(225, { alpha: 0.05 }, 0.3)).toBeCloseTo(0.056032, 6);
    expect(detectableDelta(0, { alpha: 0.05 })).toBeUndefined();
    expect(detectableDelta(1, { alpha: 0.05 }, 5)).toBe(1);
  });
});
