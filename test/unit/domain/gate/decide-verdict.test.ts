import { describe, expect, test } from 'vitest';
import { decideVerdict } from '../../../../src/domain/gate/decide-verdict.js';
import type { GateFacts, GuardrailDifference, PrimaryDifference } from '../../../../src/domain/gate/facts.js';
import { DEFAULT_GATE, type GatePolicy } from '../../../../src/domain/gate/policy.js';

const primary = (facts: Partial<PrimaryDifference> = {}): PrimaryDifference => ({
  live: 0.3,
  candidate: 0.31,
  delta: 0.01,
  lowerBound: -0.005,
  upperBound: 0.025,
  sd: 0.15,
  pValue: 0.2,
  ...facts,
});
const guardrail = (facts: Partial<GuardrailDifference> = {}): GuardrailDifference => ({
  metric: 'rr',
  margin: 0.05,
  delta: 0,
  lowerBound: -0.02,
  upperBound: 0.02,
  sd: 0.2,
  ...facts,
});
const look = { earlier: 0, counts: true, judgementsAdded: false, alpha: 0.05 };
const facts = (overrides: Partial<GateFacts> = {}): GateFacts => ({
  queries: 225,
  primary: primary(),
  guardrails: [guardrail()],
  pinnedLosses: [],
  coverage: undefined,
  look,
  ...overrides,
});
const decide = (overrides: Partial<GateFacts> = {}, policy: Partial<GatePolicy> = {}) =>
  decideVerdict({ ...DEFAULT_GATE, ...policy }, facts(overrides));
const codes = (overrides: Partial<GateFacts>, policy: Partial<GatePolicy> = {}) =>
  decide(overrides, policy).reasons.map(({ code }) => code);

describe('the primary metric, non-inferior', () => {
  test('passes when the lower bound is above −δ, and says so in words', () => {
    const outcome = decide();
    expect(outcome.verdict).toBe('PASS');
    expect(outcome.reasons).toEqual([
      {
        code: 'PRIMARY_NOT_WORSE',
        text: 'nDCG@10 rises from .300 to .310 (+.010); it is −.005 at worst (95 % sure), within the tolerated loss of .020',
      },
    ]);
    expect(outcome.queriesNeeded).toBeUndefined();
  });

  test('passes a slightly worse candidate: what the margin tolerates is tolerated', () => {
    expect(decide({ primary: primary({ delta: -0.01, lowerBound: -0.019, upperBound: -0.001 }) }).verdict).toBe('PASS');
  });

  test('is undecided when the lower bound is exactly −δ', () => {
    expect(decide({ primary: primary({ lowerBound: -0.02 }) }).verdict).toBe('INCONCLUSIVE');
  });

  test('is undecided when the upper bound is exactly −δ', () => {
    const outcome = decide({ primary: primary({ delta: -0.04, lowerBound: -0.06, upperBound: -0.02 }) });
    expect(outcome.verdict).toBe('INCONCLUSIVE');
    expect(outcome.reasons[0]?.code).toBe('PRIMARY_UNCERTAIN');
  });

  test('fails when the upper bound is below −δ', () => {
    const outcome = decide({
      primary: primary({ candidate: 0.22, delta: -0.08, lowerBound: -0.1, upperBound: -0.0201 }),
    });
    expect(outcome.verdict).toBe('FAIL');
    expect(outcome.reasons[0]).toEqual({
      code: 'PRIMARY_WORSE',
      text: 'nDCG@10 falls from .300 to .220 (−.080); it is −.020 at best (95 % sure), beyond the tolerated loss of .020',
    });
  });

  test('does not need a difference to be significant: the margin decides, not p', () => {
    expect(decide({ primary: primary({ pValue: 0.9 }) }).verdict).toBe('PASS');
  });
});

describe('the primary metric, superior', () => {
  const superior = { mode: 'superior', minimumGain: 0.01 } as const;
  const better = primary({ delta: 0.03, lowerBound: 0.01, pValue: 0.001 });

  test('passes a shown and worthwhile gain', () => {
    expect(decide({ primary: better }, superior).verdict).toBe('PASS');
  });

  test('is undecided at p = .05 exactly, and below it passes', () => {
    expect(codes({ primary: { ...better, pValue: 0.05 } }, superior)).toContain('GAIN_NOT_SHOWN');
    expect(decide({ primary: { ...better, pValue: 0.05 } }, superior).verdict).toBe('INCONCLUSIVE');
    expect(decide({ primary: { ...better, pValue: 0.0499 } }, superior).verdict).toBe('PASS');
  });

  test('is undecided below the minimum gain, and passes at it', () => {
    expect(codes({ primary: { ...better, delta: 0.0099 } }, superior)).toContain('GAIN_TOO_SMALL');
    expect(decide({ primary: { ...better, delta: 0.01 } }, superior).verdict).toBe('PASS');
  });

  test('takes no gain at all for too small, whatever the minimum', () => {
    const equal = primary({ delta: 0, lowerBound: -0.001, pValue: 0.01 });
    expect(decide({ primary: equal }, { mode: 'superior', minimumGain: 0 }).verdict).toBe('INCONCLUSIVE');
  });

  test('fails like non-inferior', () => {
    expect(decide({ primary: primary({ delta: -0.1, upperBound: -0.05, lowerBound: -0.15 }) }, superior).verdict).toBe(
      'FAIL',
    );
  });
});

describe('guardrails', () => {
  test('each has a margin of its own', () => {
    const passes = guardrail({ margin: 0.05, lowerBound: -0.0499 });
    expect(decide({ guardrails: [passes] }).verdict).toBe('PASS');
    expect(decide({ guardrails: [{ ...passes, margin: 0.04 }] }).verdict).toBe('INCONCLUSIVE');
  });

  test('shown harm on one vetoes a good primary metric', () => {
    const outcome = decide({ guardrails: [guardrail({ delta: -0.1, lowerBound: -0.15, upperBound: -0.0501 })] });
    expect(outcome.verdict).toBe('FAIL');
    expect(outcome.reasons.map(({ code }) => code)).toEqual(['GUARDRAIL_WORSE', 'PRIMARY_NOT_WORSE']);
  });

  test('an upper bound of exactly the margin is doubt, not harm', () => {
    const outcome = decide({ guardrails: [guardrail({ delta: -0.07, lowerBound: -0.09, upperBound: -0.05 })] });
    expect(outcome.verdict).toBe('INCONCLUSIVE');
  });
});

describe('pinned queries', () => {
  test('one lost document fails the best candidate, and comes first among the reasons', () => {
    const outcome = decide({ pinnedLosses: ['returns policy'] });
    expect(outcome.verdict).toBe('FAIL');
    expect(outcome.reasons[0]).toEqual({
      code: 'PINNED_LOST',
      text: 'a pinned query lost the expected document: returns policy',
    });
  });

  test('many are counted and five named', () => {
    const outcome = decide({ pinnedLosses: ['a', 'b', 'c', 'd', 'e', 'f'] });
    expect(outcome.reasons[0]?.text).toBe('6 pinned queries lost the expected document: a, b, c, d, e, …');
  });
});

describe('judgement coverage', () => {
  const worse = primary({ delta: -0.08, lowerBound: -0.1, upperBound: -0.05 });
  const unsure = primary({ delta: -0.01, lowerBound: -0.03, upperBound: 0.01 });

  test.each([
    ['FAIL', worse],
    ['INCONCLUSIVE', unsure],
  ])('a candidate judged .05 less turns %s into NEEDS-JUDGING', (before, difference) => {
    expect(decide({ primary: difference }).verdict).toBe(before);
    expect(decide({ primary: difference, coverage: { live: 0.95, candidate: 0.9 } }).verdict).toBe('NEEDS-JUDGING');
    expect(decide({ primary: difference, coverage: { live: 0.95, candidate: 0.901 } }).verdict).toBe(before);
  });

  test('a candidate judged less still passes: it won in spite of it', () => {
    expect(decide({ coverage: { live: 0.9, candidate: 0.5 } }).verdict).toBe('PASS');
  });

  test('a live side judged .05 less caps PASS', () => {
    expect(decide({ coverage: { live: 0.9, candidate: 0.95 } }).verdict).toBe('NEEDS-JUDGING');
    expect(decide({ coverage: { live: 0.901, candidate: 0.95 } }).verdict).toBe('PASS');
  });

  test('a live side judged less does not soften a FAIL', () => {
    expect(decide({ primary: worse, coverage: { live: 0.5, candidate: 0.95 } }).verdict).toBe('FAIL');
  });

  test('losses that no judgement can explain away stay a FAIL', () => {
    const coverage = { live: 0.9, candidate: 0.5 };
    expect(decide({ coverage, pinnedLosses: ['a'] }).verdict).toBe('FAIL');
    const empty = guardrail({ metric: 'empty-rate', margin: 0.01, delta: -0.2, lowerBound: -0.25, upperBound: -0.15 });
    expect(decide({ coverage, guardrails: [empty] }).verdict).toBe('FAIL');
  });
});

describe('the number of queries', () => {
  test('49 are never a PASS, 50 may be', () => {
    expect(decide({ queries: 49 }).verdict).toBe('INCONCLUSIVE');
    expect(codes({ queries: 49 })).toEqual(['TOO_FEW_QUERIES', 'PRIMARY_NOT_WORSE']);
    expect(decide({ queries: 49 }).queriesNeeded).toBe(50);
    expect(decide({ queries: 50 }).verdict).toBe('PASS');
  });

  test('few can still show harm', () => {
    expect(decide({ queries: 10, primary: primary({ delta: -0.5, lowerBound: -0.7, upperBound: -0.3 }) }).verdict).toBe(
      'FAIL',
    );
  });

  test('a single query, of which nothing is known, is undecided', () => {
    const outcome = decide({
      queries: 1,
      primary: primary({ lowerBound: -Infinity, upperBound: Infinity, sd: undefined }),
      guardrails: [guardrail({ lowerBound: -Infinity, upperBound: Infinity, sd: undefined })],
    });
    expect(outcome.verdict).toBe('INCONCLUSIVE');
    expect(outcome.queriesNeeded).toBe(50);
    expect(outcome.reasons.map(({ text }) => text).join()).not.toContain('Infinity');
  });

  test('none at all asks for judgements', () => {
    const outcome = decide({ queries: 0, primary: undefined, guardrails: [] });
    expect(outcome.verdict).toBe('NEEDS-JUDGING');
    expect(outcome.reasons.map(({ code }) => code)).toEqual(['NO_JUDGED_QUERIES']);
  });

  test('none at all, but a lost pinned document, is a FAIL', () => {
    expect(decide({ queries: 0, primary: undefined, guardrails: [], pinnedLosses: ['a'] }).verdict).toBe('FAIL');
  });
});

describe('queriesNeeded', () => {
  test('assumes an equal candidate: ((1.6449 + .8416) · .15 / .02)² = 348', () => {
    const unsure = primary({ delta: -0.005, lowerBound: -0.0215, upperBound: 0.0115 });
    expect(decide({ primary: unsure }).queriesNeeded).toBe(348);
  });

  test('takes the difference seen when that would ask for no more than there are', () => {
    // ((1.6449 + .8416) · .15 / (.02 − .01))² = 1,391.1
    const unsure = primary({ delta: -0.01, lowerBound: -0.0215, upperBound: 0.0015 });
    expect(decide({ queries: 400, primary: unsure }).queriesNeeded).toBe(1392);
  });

  test('promises nothing when the difference lies beyond the margin', () => {
    const unsure = primary({ delta: -0.025, lowerBound: -0.04, upperBound: -0.01 });
    expect(decide({ queries: 400, primary: unsure }).queriesNeeded).toBeUndefined();
  });

  test('listens to an undecided guardrail', () => {
    // ((1.6449 + .8416) · .5 / .05)² = 618.3
    const unsure = guardrail({ lowerBound: -0.06, upperBound: 0.06, sd: 0.5 });
    expect(decide({ guardrails: [unsure] }).queriesNeeded).toBe(619);
  });

  test('counts a gain two-sidedly: ((1.96 + .8416) · .15 / .02)² = 441.5', () => {
    const gain = primary({ delta: 0.02, lowerBound: 0.004, pValue: 0.051 });
    expect(decide({ primary: gain }, { mode: 'superior' }).queriesNeeded).toBe(442);
  });
});

describe('looks', () => {
  test('a later look keeps its verdict and is marked', () => {
    const outcome = decide({ look: { ...look, earlier: 2, counts: false } });
    expect(outcome.verdict).toBe('PASS');
    expect(outcome.reasons.at(-1)).toEqual({
      code: 'LATER_LOOK',
      text: 'this is look 3 at this candidate with these judgements; only the first counts for automatic approval',
    });
  });

  test('a look after added judgements says which α it spends, and superior is held to it', () => {
    const halved = { ...look, judgementsAdded: true, alpha: 0.025 };
    expect(codes({ look: halved })).toContain('JUDGEMENTS_ADDED');
    const gain = primary({ delta: 0.03, lowerBound: 0.001, pValue: 0.03 });
    expect(decide({ primary: gain }, { mode: 'superior' }).verdict).toBe('PASS');
    expect(decide({ primary: gain, look: halved }, { mode: 'superior' }).verdict).toBe('INCONCLUSIVE');
  });
});
