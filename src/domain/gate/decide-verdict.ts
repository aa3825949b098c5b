import { figure, signedFigure } from '../eval/figures.js';
import { metricTitle } from '../eval/metric.js';
import type { Coverage, GateFacts, GateLook, GuardrailDifference, MeasuredDifference } from './facts.js';
import { judgePrimary } from './judge-primary.js';
import type { GatePolicy } from './policy.js';
import { queriesNeeded } from './queries-needed.js';
import type { Finding, GateOutcome, Reason, Verdict } from './verdict.js';

/** A side with this much less of its answers judged is measured unfairly. */
const COVERAGE_GAP = 0.05;
/** Shares come from divisions: .95 − .90 must count as .05. */
const ROUNDING = 1e-9;

/**
 * Turn a comparison into a verdict. Integrity comes before: a comparison without it is void and has none.
 *
 * FAIL needs shown harm: an upper bound below the tolerated loss, on the primary metric or a guardrail, or the
 * loss of a pinned document. PASS needs every lower bound above it, and enough queries. Between them the answer is
 * INCONCLUSIVE, with the number of queries that would probably decide. Judgements that cover one side much better
 * than the other turn a verdict that rests on them into NEEDS-JUDGING.
 */
export function decideVerdict(policy: GatePolicy, facts: GateFacts): GateOutcome {
  const findings = [
    ...judgePinned(facts.pinnedLosses),
    ...(facts.primary ? judgePrimary(policy, facts.primary, facts.look) : []),
    ...facts.guardrails.flatMap((guardrail) => judgeGuardrail(guardrail, facts.look)),
    ...judgeSampleSize(policy, facts.queries),
  ];
  const judged = facts.primary ? verdictOf(findings) : verdictWithoutJudgements(findings);
  const unfair = facts.coverage ? judgeCoverage(facts.coverage, judged, findings) : undefined;
  const verdict = unfair ? 'NEEDS-JUDGING' : judged;
  const needed = verdict === 'INCONCLUSIVE' ? queriesNeeded(policy, facts) : undefined;
  return {
    verdict,
    reasons: [...(unfair ? [unfair] : []), ...inOrder(findings), ...describeLook(policy, facts.look)],
    ...(needed === undefined ? {} : { queriesNeeded: needed }),
  };
}

function verdictOf(findings: readonly Finding[]): Verdict {
  const weights = new Set(findings.map(({ weight }) => weight));
  if (weights.has('loss') || weights.has('harm')) return 'FAIL';
  return weights.has('doubt') ? 'INCONCLUSIVE' : 'PASS';
}

const verdictWithoutJudgements = (findings: readonly Finding[]): Verdict =>
  findings.some(({ weight }) => weight === 'loss') ? 'FAIL' : 'NEEDS-JUDGING';

/** What decided comes first; what speaks for the candidate last. */
function inOrder(findings: readonly Finding[]): readonly Reason[] {
  const order = ['loss', 'harm', 'doubt', 'support'] as const;
  return order.flatMap((weight) =>
    findings.filter((finding) => finding.weight === weight).map(({ code, text }) => ({ code, text })),
  );
}

function judgePinned(losses: readonly string[]): readonly Finding[] {
  if (losses.length === 0) return [];
  const named = losses.slice(0, 5).join(', ');
  const queries = losses.length === 1 ? 'a pinned query' : `${losses.length} pinned queries`;
  return [
    {
      weight: 'loss',
      code: 'PINNED_LOST',
      text: `${queries} lost the expected document: ${named}${losses.length > 5 ? ', …' : ''}`,
    },
  ];
}

function judgeGuardrail(guardrail: GuardrailDifference, { alpha }: GateLook): readonly Finding[] {
  const { metric, margin, delta, lowerBound, upperBound } = guardrail;
  if (lowerBound > -margin) return [];
  // An empty answer is a fact; the other guardrails are only as good as the judgements.
  const harm = metric === 'empty-rate' ? 'loss' : 'harm';
  const name = metric === 'empty-rate' ? 'Answered queries' : metricTitle(metric);
  return upperBound < -margin
    ? [
        {
          weight: harm,
          code: 'GUARDRAIL_WORSE',
          text: `${name} changes by ${signedFigure(delta)}, and is at best ${bound(upperBound)} (${confidence(alpha)} sure): more than the tolerated ${figure(margin)} is lost`,
        },
      ]
    : [
        {
          weight: 'doubt',
          code: 'GUARDRAIL_UNCERTAIN',
          text: `${name} changes by ${signedFigure(delta)}, but may be as low as ${bound(lowerBound)}: a loss above the tolerated ${figure(margin)} cannot be excluded`,
        },
      ];
}

function judgeSampleSize(policy: GatePolicy, queries: number): readonly Finding[] {
  if (queries >= policy.minimumQueries) return [];
  if (queries === 0) {
    return [{ weight: 'doubt', code: 'NO_JUDGED_QUERIES', text: 'there are no judged queries to compare by' }];
  }
  return [
    {
      weight: 'doubt',
      code: 'TOO_FEW_QUERIES',
      text: `${queries} judged queries are too few for a PASS, which takes ${policy.minimumQueries}`,
    },
  ];
}

/** A reason to judge more documents before believing the verdict; undefined when it stands. */
function judgeCoverage(coverage: Coverage, verdict: Verdict, findings: readonly Finding[]): Reason | undefined {
  const gap = coverage.live - coverage.candidate;
  const shares = `${percent(coverage.live)} of live's answers are judged, ${percent(coverage.candidate)} of the candidate's`;
  const restsOnJudgements = !findings.some(({ weight }) => weight === 'loss');
  if (gap >= COVERAGE_GAP - ROUNDING && verdict !== 'PASS' && restsOnJudgements) {
    return { code: 'CANDIDATE_UNJUDGED', text: `${shares}: what nobody judged counted against the candidate` };
  }
  if (gap <= -COVERAGE_GAP + ROUNDING && verdict === 'PASS') {
    return { code: 'LIVE_UNJUDGED', text: `${shares}: what nobody judged counted against the live version` };
  }
  return undefined;
}

function describeLook(policy: GatePolicy, look: GateLook): readonly Reason[] {
  const reasons: Reason[] = [];
  if (!look.counts) {
    reasons.push({
      code: 'LATER_LOOK',
      text: `this is look ${look.earlier + 1} at this candidate with these judgements; only the first counts for automatic approval`,
    });
  }
  if (look.judgementsAdded) {
    reasons.push({
      code: 'JUDGEMENTS_ADDED',
      text: `the judgements changed after an earlier look, so the test uses α = ${look.alpha} instead of ${policy.alpha}`,
    });
  }
  return reasons;
}

const bound = (value: MeasuredDifference['lowerBound']): string =>
  Number.isFinite(value) ? signedFigure(value) : 'anything';
const confidence = (alpha: number): string => `${Number(((1 - alpha) * 100).toFixed(2))} %`;
const percent = (value: number): string => `${(value * 100).toFixed(0)} %`;
