import type { GateLook } from './facts.js';
import type { GatePolicy } from './policy.js';

/** A sealed comparison of the same candidate fingerprint. */
export interface EarlierLook {
  readonly goldenSet: string;
  readonly judgementsAdded: boolean;
}

/**
 * Which look this comparison is. The first on a golden set counts, later ones are marked: looking until it passes
 * is not evidence. Judgements added after a look were chosen knowing it, so that such a look spends half the α.
 *
 * @param earlierOnThisSet  Sealed comparisons of this candidate fingerprint on this golden set.
 * @param earlier           Sealed comparisons of this candidate fingerprint that are known, on any golden set.
 */
export function planLook(
  { alpha }: Pick<GatePolicy, 'alpha'>,
  looks: { readonly goldenSet: string; readonly earlierOnThisSet: number; readonly earlier: readonly EarlierLook[] },
): GateLook {
  const judgementsAdded = looks.earlier.some((look) => look.goldenSet !== looks.goldenSet || look.judgementsAdded);
  return {
    earlier: looks.earlierOnThisSet,
    counts: looks.earlierOnThisSet === 0,
    judgementsAdded,
    alpha: judgementsAdded ? alpha / 2 : alpha,
  };
}
