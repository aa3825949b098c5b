import type { GatePolicy } from '../gate/policy.js';

/** Chance that a real difference is found; the usual convention (Cohen 1988). */
const POWER = 0.8;
/**
 * Standard deviation of per-query differences to plan with before anything is measured, in nDCG@10:
 * .08–.20 between near variants of one model, .15–.28 from TF-IDF to BM25, in our measurements on three collections.
 */
const ASSUMED_SIGMA = 0.2;

/**
 * The smallest mean difference that `queries` judged queries can show, found four times in five by a two-sided
 * test at the policy's α: what a comparison can be worth, before anything is spent on it.
 *
 * @param queries  Integer ≥ 0.
 * @param sigma    Standard deviation of the per-query differences; .20 unless known better.
 * @returns        undefined without queries; never above 1, the largest difference there is.
 * @see (z₁₋α⸝₂ + z_power) · σ / √n, the normal approximation of the paired t-test.
 */
export function detectableDelta(
  queries: number,
  { alpha }: Pick<GatePolicy, 'alpha'>,
  sigma: number = ASSUMED_SIGMA,
): number | undefined {
  if (queries < 1) return undefined;
  const z = normalQuantile(1 - alpha / 2) + normalQuantile(POWER);
  return Math.min(1, (z * sigma) / Math.sqrt(queries));
}

/**
 * How many queries show a mean difference of `distance`, four times in five: n = ((z_α + z_power) · σ / distance)².
 *
 * @param alpha     Level of one tail: halve it for a two-sided test.
 * @param distance  Gap between the assumed true difference and the value to be excluded, > 0.
 */
export function queriesToShow(distance: number, sigma: number, alpha: number): number {
  const z = normalQuantile(1 - alpha) + normalQuantile(POWER);
  return Math.ceil(((z * sigma) / distance) ** 2);
}

/**
 * Quantile of the standard normal distribution, relative error about 10⁻⁷.
 *
 * @param probability  In (0, 1).
 * @see Wichura, algorithm AS 241 (PPND7), Applied Statistics 37(3), 1988.
 */
export function normalQuantile(probability: number): number {
  const centred = probability - 0.5;
  if (Math.abs(centred) <= 0.425) {
    const r = 0.180625 - centred * centred;
    const top = ((59.10937472 * r + 159.29113202) * r + 50.434271938) * r + 3.3871327179;
    return (centred * top) / (((67.1875636 * r + 78.757757664) * r + 17.895169469) * r + 1);
  }
  const r = Math.sqrt(-Math.log(Math.min(probability, 1 - probability)));
  return Math.sign(centred) * (r <= 5 ? tail(r - 1.6) : farTail(r - 5));
}

const tail = (r: number): number =>
  (((0.17023821103 * r + 1.3067284816) * r + 2.75681539) * r + 1.4234372777) /
  ((0.12021132975 * r + 0.7370016425) * r + 1);

const farTail = (r: number): number =>
  (((0.017337203997 * r + 0.42868294337) * r + 3.081226386) * r + 6.657905115) /
  ((0.012258202635 * r + 0.24197894225) * r + 1);
