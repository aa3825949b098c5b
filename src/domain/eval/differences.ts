/** A difference below this is rounding, not a change: both sides sum the same terms in another order. */
const EQUAL_WITHIN = 1e-12;

export interface WinsTiesLosses {
  readonly wins: number;
  readonly ties: number;
  readonly losses: number;
}

export const isLoss = (difference: number): boolean => difference < -EQUAL_WITHIN;

export function countWins(differences: readonly number[]): WinsTiesLosses {
  const wins = differences.filter((difference) => difference > EQUAL_WITHIN).length;
  const losses = differences.filter(isLoss).length;
  return { wins, ties: differences.length - wins - losses, losses };
}

/** Arithmetic mean; 0 of nothing. */
export function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Sample standard deviation (divisor n − 1); undefined for fewer than two values. */
export function standardDeviation(values: readonly number[]): number | undefined {
  if (values.length < 2) return undefined;
  const centre = mean(values);
  const squares = values.reduce((sum, value) => sum + (value - centre) ** 2, 0);
  return Math.sqrt(squares / (values.length - 1));
}

/**
 * Cohen's d of paired values: mean difference in standard deviations of the difference.
 *
 * @returns undefined when the differences do not vary.
 * @see Cohen, Statistical Power Analysis, 2nd ed., 1988, §2.3.
 */
export function cohenDz(differences: readonly number[]): number | undefined {
  const deviation = standardDeviation(differences);
  return deviation === undefined || deviation === 0 ? undefined : mean(differences) / deviation;
}
