import { figure, signedFigure } from '../eval/figures.js';
import { metricTitle } from '../eval/metric.js';
import type { GateLook, PrimaryDifference } from './facts.js';
import type { GatePolicy } from './policy.js';
import type { Finding } from './verdict.js';

/** What the primary metric says: never worse than the margin allows, and better where the policy asks for that. */
export function judgePrimary(policy: GatePolicy, primary: PrimaryDifference, look: GateLook): readonly Finding[] {
  const { lowerBound, upperBound } = primary;
  const tolerated = `the tolerated loss of ${figure(policy.margin)}`;
  const moved = movement(policy, primary);
  const sure = `${Number(((1 - look.alpha) * 100).toFixed(2))} % sure`;
  if (upperBound < -policy.margin) {
    const text = `${moved}; it is ${signedFigure(upperBound)} at best (${sure}), beyond ${tolerated}`;
    return [{ weight: 'harm', code: 'PRIMARY_WORSE', text }];
  }
  if (!(lowerBound > -policy.margin)) {
    const worst = Number.isFinite(lowerBound)
      ? `it may be as low as ${signedFigure(lowerBound)}`
      : 'it may be anything';
    const text = `${moved}, but ${worst} (${sure}): a loss beyond ${tolerated} cannot be excluded`;
    return [{ weight: 'doubt', code: 'PRIMARY_UNCERTAIN', text }];
  }
  const text = `${moved}; it is ${signedFigure(lowerBound)} at worst (${sure}), within ${tolerated}`;
  const support: Finding = { weight: 'support', code: 'PRIMARY_NOT_WORSE', text };
  return policy.mode === 'superior' ? [support, ...judgeGain(policy, primary, look)] : [support];
}

/** `superior` also wants a gain that chance does not explain and that is worth having. */
function judgeGain(policy: GatePolicy, primary: PrimaryDifference, look: GateLook): readonly Finding[] {
  const findings: Finding[] = [];
  if (!(primary.pValue < look.alpha)) {
    findings.push({
      weight: 'doubt',
      code: 'GAIN_NOT_SHOWN',
      text: `chance explains the difference well enough: p = ${figure(primary.pValue)}, below ${look.alpha} is wanted`,
    });
  }
  if (!(primary.delta > 0 && primary.delta >= policy.minimumGain)) {
    findings.push({
      weight: 'doubt',
      code: 'GAIN_TOO_SMALL',
      text: `the gain of ${signedFigure(primary.delta)} is below the least that is worth it, ${figure(policy.minimumGain)}`,
    });
  }
  return findings;
}

function movement(policy: GatePolicy, { live, candidate, delta }: PrimaryDifference): string {
  const name = metricTitle(policy.primary);
  if (signedFigure(delta) === figure(0)) return `${name} stays at ${figure(candidate)}`;
  return `${name} ${delta > 0 ? 'rises' : 'falls'} from ${figure(live)} to ${figure(candidate)} (${signedFigure(delta)})`;
}
