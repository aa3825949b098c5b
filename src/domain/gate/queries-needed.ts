import { queriesToShow } from '../eval/power.js';
import type { GateFacts, MeasuredDifference } from './facts.js';
import type { GatePolicy } from './policy.js';

/** Beyond this nobody will judge them: the difference is simply too near the margin. */
const BEYOND_REACH = 1_000_000;

/**
 * How many judged queries would probably decide what is undecided: enough to exclude every tolerated loss, and
 * (in `superior`) to show the gain, four times in five.
 *
 * We assume that the candidate is as good as live. Where that asks for no more than we have, the difference we saw
 * is taken for the true one; undefined when that lies beyond the margin, since more queries would only confirm it.
 */
export function queriesNeeded(policy: GatePolicy, facts: GateFacts): number | undefined {
  const { primary, queries, look } = facts;
  if (!primary) return policy.minimumQueries;
  const needs = [
    policy.minimumQueries,
    ...undecided([{ ...primary, margin: policy.margin }, ...facts.guardrails]).map((difference) =>
      forNonInferiority(difference, queries, look.alpha),
    ),
    ...(policy.mode === 'superior' ? [forGain(primary, policy, look.alpha)] : []),
  ];
  const most = Math.max(...needs.map((need) => need ?? Infinity));
  return most > queries && most <= BEYOND_REACH ? most : undefined;
}

interface WithMargin extends MeasuredDifference {
  readonly margin: number;
}

const undecided = (differences: readonly WithMargin[]): readonly WithMargin[] =>
  differences.filter(({ lowerBound, margin }) => !(lowerBound > -margin));

function forNonInferiority(difference: WithMargin, queries: number, alpha: number): number | undefined {
  const { sd, margin, delta } = difference;
  if (sd === undefined) return 0;
  const ifEqual = queriesToShow(margin, sd, alpha);
  if (ifEqual > queries) return ifEqual;
  return delta > -margin ? queriesToShow(margin + delta, sd, alpha) : undefined;
}

/** A two-sided test, so half the level in each tail. */
function forGain(
  { pValue, delta, sd }: Required<NonNullable<GateFacts['primary']>>,
  policy: GatePolicy,
  alpha: number,
) {
  if (delta <= 0 || delta < policy.minimumGain) return undefined;
  return pValue < alpha || sd === undefined ? 0 : queriesToShow(delta, sd, alpha / 2);
}
