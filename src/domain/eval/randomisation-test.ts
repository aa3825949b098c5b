import type { Random } from './random.js';

/** Up to this many pairs all sign patterns are counted instead of drawn. */
const EXACT_UP_TO = 20;

/**
 * Two-sided paired randomisation test: how often would swapping live and candidate at random, query by query,
 * give a mean difference at least as far from 0 as the one observed?
 *
 * @param differences  Candidate minus live, per query.
 * @param resamples    B, integer ≥ 1; not used up to 20 pairs, where all 2ⁿ patterns are counted.
 * @returns            p in (0, 1]; drawn: (c + 1) / (B + 1), so never 0.
 * @see Smucker, Allan & Carterette, CIKM 2007; Phipson & Smyth, SAGMB 9(1), 2010, for the + 1.
 */
export function randomisationTest(differences: readonly number[], resamples: number, random: Random): number {
  // A query without a difference is the same under both signs.
  const values = Float64Array.from(differences.filter((difference) => difference !== 0));
  if (values.length === 0) return 1;
  const observed = Math.abs(values.reduce((sum, value) => sum + value, 0));
  const threshold = observed - roundingSlack(values);
  if (values.length <= EXACT_UP_TO) return countPatterns(values, threshold) / 2 ** values.length;
  const signs = new Uint32Array(Math.ceil(values.length / 32));
  let asFar = 0;
  for (let sample = 0; sample < resamples; sample += 1) {
    if (Math.abs(signedSum(values, random(signs))) >= threshold) asFar += 1;
  }
  return (asFar + 1) / (resamples + 1);
}

/** Sums of the same terms in another order differ by rounding; such a tie must count as a tie. */
function roundingSlack(values: Float64Array): number {
  return 1e-12 * values.reduce((sum, value) => sum + Math.abs(value), 0);
}

/** Sum of the values, each negated where its bit is set. */
function signedSum(values: Float64Array, signs: Uint32Array): number {
  let sum = 0;
  let word = 0;
  for (let index = 0; index < values.length; index += 1) {
    if ((index & 31) === 0) word = (signs[index >>> 5] ?? 0) | 0;
    const value = values[index] ?? 0;
    sum += (word & 1) === 0 ? value : -value;
    word >>= 1;
  }
  return sum;
}

/** How many of the 2ⁿ sign patterns give a sum at least `threshold` from 0. */
function countPatterns(values: Float64Array, threshold: number): number {
  let asFar = 0;
  for (let pattern = 0; pattern < 2 ** values.length; pattern += 1) {
    let sum = 0;
    for (let index = 0; index < values.length; index += 1) {
      const value = values[index] ?? 0;
      sum += (pattern >>> index) & 1 ? value : -value;
    }
    if (Math.abs(sum) >= threshold) asFar += 1;
  }
  return asFar;
}
