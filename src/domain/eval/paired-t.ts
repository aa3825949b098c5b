import { mean, standardDeviation } from './differences.js';
import { studentCdf, studentQuantile, studentTwoSidedP } from './student-t.js';

export interface PairedT {
  /** How many pairs. */
  readonly n: number;
  readonly mean: number;
  /** Sample standard deviation of the differences; undefined below two pairs. */
  readonly sd: number | undefined;
  /** Undefined below two pairs; ±∞ when all differences are equal and not 0. */
  readonly t: number | undefined;
  /** Probability of a mean this far from 0, either way, if there were no difference. */
  readonly pTwoSided: number;
  /** The same for a mean at least this high. */
  readonly pGreater: number;
}

/**
 * Paired t-test of per-query differences (candidate minus live).
 *
 * @see Student, Biometrika 6(1), 1908; as SciPy's `ttest_rel`.
 */
export function pairedT(differences: readonly number[]): PairedT {
  const n = differences.length;
  const centre = mean(differences);
  const sd = standardDeviation(differences);
  if (sd === undefined) return { n, mean: centre, sd, t: undefined, pTwoSided: 1, pGreater: 1 };
  if (centre === 0) return { n, mean: 0, sd, t: 0, pTwoSided: 1, pGreater: 0.5 };
  const t = centre / (sd / Math.sqrt(n));
  return { n, mean: centre, sd, t, pTwoSided: studentTwoSidedP(t, n - 1), pGreater: studentCdf(-t, n - 1) };
}

export interface Bounds {
  readonly lower: number;
  readonly upper: number;
}

/**
 * One-sided confidence bounds of the mean difference: it is above `lower`, and it is below `upper`,
 * each with confidence 1 − `alpha`.
 *
 * @param alpha  In (0, 0.5).
 * @returns      ∓∞ below two pairs: nothing is known.
 */
export function oneSidedBounds(test: Pick<PairedT, 'n' | 'mean' | 'sd'>, alpha: number): Bounds {
  if (test.sd === undefined) return { lower: -Infinity, upper: Infinity };
  if (test.sd === 0) return { lower: test.mean, upper: test.mean };
  const reach = (studentQuantile(1 - alpha, test.n - 1) * test.sd) / Math.sqrt(test.n);
  return { lower: test.mean - reach, upper: test.mean + reach };
}
