import { describe, expect, test } from 'vitest';
import {
  checkDecision,
  decideUnasked,
  POLICY_ACTOR,
  type AwaitedDecision,
  type DecisionAnswer,
} from '../../../../src/domain/alias/approval.js';
import { planFlip, type FlipAlias } from '../../../../src/domain/alias/plan-flip.js';
import { decideSwitch, type SwitchRequest } from '../../../../src/domain/alias/plan-switch.js';
import { planReconcile, type RoutingFacts } from '../../../../src/domain/alias/reconcile.js';
import { clearSwitch, commitSwitch } from '../../../../src/domain/alias/settle-switch.js';
import type { SwitchFacts } from '../../../../src/domain/alias/switch.js';
import { aliasName, indexName } from '../../../../src/domain/ids.js';
import { collectionOf, FlipWorld } from './flip-world.js';

const move: FlipAlias = {
  index: indexName('docs'),
  alias: aliasName('docs'),
  from: collectionOf(1),
  to: collectionOf(2),
  fromVersion: 1,
  toVersion: 2,
  epoch: 3,
};
const refusal = (code: string) => expect.objectContaining({ code });

describe('planFlip()', () => {
  test('reports already-done when the alias serves the candidate', () => {
    expect(planFlip(collectionOf(2), move)).toBe('already-done');
  });

  test('flips from what we measured, and from no alias only for a first version', () => {
    expect(planFlip(collectionOf(1), move)).toBe('flip');
    expect(planFlip(undefined, { ...move, from: null })).toBe('flip');
  });

  test('refuses an alias that somebody else moved, or that has gone', () => {
    expect(() => planFlip(collectionOf(7), move)).toThrow(refusal('ALIAS_CONFLICT'));
    expect(() => planFlip(undefined, move)).toThrow(refusal('ALIAS_CONFLICT'));
  });
});

describe('decideSwitch()', () => {
  const promotion: SwitchRequest = { kind: 'promotion', to: 2, by: 'me', reportDigest: 'report' };
  const rollback: SwitchRequest = { kind: 'rollback', to: 2, by: 'me' };
  const world = new FlipWorld(() => 0.5);
  const facts = (change: Partial<SwitchFacts> = {}): SwitchFacts => ({ ...world.facts(promotion, 0), ...change });
  const open = { to: 2, epoch: 1, by: 'me', kind: 'promotion', deadline: '1970-01-01T00:01:00.000Z' } as const;
  const rowWith = (change: Partial<SwitchFacts['row']>): Partial<SwitchFacts> => ({ row: { ...world.row, ...change } });

  test('opens a switch with the next epoch and a minute to go', () => {
    expect(decideSwitch(facts(), promotion)).toEqual({ kind: 'open', open: { ...open, from: 1 } });
  });

  test('gives the same execution its open switch back, and nobody else', () => {
    const busy = facts(rowWith({ switch: open, epoch: 1 }));
    expect(decideSwitch(busy, promotion)).toEqual({ kind: 'mine', open });
    expect(() => decideSwitch(busy, { ...promotion, by: 'another' })).toThrow(
      expect.objectContaining({ code: 'SWITCH_OPEN', retryable: true }),
    );
  });

  test('is done when the version is live already', () => {
    expect(decideSwitch(facts(rowWith({ live: 2, liveEpoch: 4 })), promotion)).toEqual({ kind: 'done', liveEpoch: 4 });
  });

  const candidate = world.facts(promotion, 0).to;
  const approval = world.facts(promotion, 0).decision!;
  test.each<[string, Partial<SwitchFacts>, string]>([
    ['is on hold', rowWith({ hold: { by: 'ann', reason: 'audit', at: '' } }), 'ON_HOLD'],
    ['was not approved', { to: { ...candidate, state: 'compared' } }, 'ILLEGAL_TRANSITION'],
    ['has no decision', { decision: undefined }, 'APPROVAL_INVALID'],
    ['was rejected', { decision: { ...approval, answer: 'rejected' } }, 'APPROVAL_INVALID'],
    ['is not what was approved', { to: { ...candidate, digest: 'other' } }, 'APPROVAL_INVALID'],
    ['was compared again since', { decision: { ...approval, reportDigest: 'older' } }, 'APPROVAL_INVALID'],
    ['has an expired approval', { decision: { ...approval, expiresAt: '1969-12-31T00:00:00Z' } }, 'APPROVAL_INVALID'],
    ['was approved against another live version', rowWith({ liveEpoch: 3 }), 'STALE_EPOCH'],
    ['meets a log frozen by another', { freezeOwner: 'another' }, 'LOG_FROZEN'],
    ['meets a log that is not frozen', { freezeOwner: undefined }, 'LOG_FROZEN'],
    ['is behind the head', { to: { ...candidate, watermark: 6 } }, 'VERIFY_FAILED'],
    ['replaces a live one behind the head', { from: { ...candidate, watermark: 6 } }, 'VERIFY_FAILED'],
    ['is not verified at the head', { to: { ...candidate, verifiedWatermark: 6 } }, 'VERIFY_FAILED'],
    ['was compared when more than 5 % were different', { changedSinceCompared: 6 }, 'COMPARISON_VOID'],
  ])('refuses a candidate that %s', (_what, change, code) => {
    expect(() => decideSwitch(facts(change), promotion)).toThrow(refusal(code));
  });

  test('lets exactly 5 % change, and any share for a first version, which was compared with nothing', () => {
    expect(decideSwitch(facts({ changedSinceCompared: 5 }), promotion).kind).toBe('open');
    const first = facts({ ...rowWith({ live: undefined }), from: undefined, changedSinceCompared: 100 });
    expect(decideSwitch(first, promotion)).toMatchObject({ kind: 'open', open: { epoch: 1 } });
  });

  test('a rollback needs no approval, no freeze and no verification', () => {
    const bare = facts({
      ...rowWith({ previous: 2 }),
      to: { ...candidate, state: 'previous', watermark: 1, verifiedWatermark: undefined },
      decision: undefined,
      freezeOwner: undefined,
    });
    expect(decideSwitch(bare, rollback)).toMatchObject({ kind: 'open', open: { from: 1, to: 2, kind: 'rollback' } });
  });

  test('a rollback goes to the previous version only, and passes a hold with a reason only', () => {
    expect(() => decideSwitch(facts(), rollback)).toThrow(refusal('ROLLBACK_REFUSED'));
    const held = facts({
      ...rowWith({ previous: 2, hold: { by: 'ann', reason: 'audit', at: '' } }),
      to: { ...candidate, state: 'previous' },
    });
    expect(() => decideSwitch(held, rollback)).toThrow(refusal('ON_HOLD'));
    expect(() => decideSwitch(held, { ...rollback, overrideHold: ' ' })).toThrow(refusal('ON_HOLD'));
    expect(decideSwitch(held, { ...rollback, overrideHold: 'outage' }).kind).toBe('open');
  });
});

describe('commitSwitch() and clearSwitch()', () => {
  const row = {
    ...new FlipWorld(() => 0.5).row,
    epoch: 3,
    candidate: 2,
    switch: { from: 1, to: 2, epoch: 3, by: 'me', kind: 'promotion', deadline: '' } as const,
  };

  test('a commit makes the candidate live, the live one previous, and is done when repeated', () => {
    const settled = commitSwitch(row, 3);
    if (settled.kind !== 'commit') throw new Error('not committed');
    expect(settled.row).toMatchObject({ live: 2, liveEpoch: 3, previous: 1, epoch: 3 });
    expect(settled.row.switch).toBeUndefined();
    expect(settled.row.candidate).toBeUndefined();
    expect(commitSwitch(settled.row, 3)).toEqual({ kind: 'already-done' });
  });

  test('a cleared switch is lost for ever, because the epoch moved on', () => {
    const cleared = clearSwitch(row, 3)!;
    expect(cleared).toMatchObject({ epoch: 4, live: 1, liveEpoch: 0 });
    expect(commitSwitch(cleared, 3)).toEqual({ kind: 'lost' });
    expect(clearSwitch(cleared, 3)).toBeUndefined();
  });
});

describe('planReconcile()', () => {
  const { row } = new FlipWorld(() => 0.5);
  const open = { from: 1, to: 2, epoch: 5, by: 'me', kind: 'promotion', deadline: '2026-01-01T00:01:00.000Z' } as const;
  const base: RoutingFacts = { row, live: collectionOf(1), alias: collectionOf(1), now: '2026-01-01T00:00:30.000Z' };
  const switching: RoutingFacts = { ...base, row: { ...row, switch: open }, switchTo: collectionOf(2) };

  test.each<[string, RoutingFacts, unknown]>([
    ['finishes a flip whose alias stands at its target', { ...switching, alias: collectionOf(2) }, 'commit'],
    ['waits for a flip that is in time', switching, 'nothing'],
    ['clears a flip that is overdue', { ...switching, now: '2026-01-01T00:01:00.001Z' }, 'clear'],
    ['finishes even an overdue flip', { ...switching, alias: collectionOf(2), now: '2027-01-01T00:00:00Z' }, 'commit'],
    ['puts a drifted alias back', { ...base, alias: collectionOf(3) }, 'reassert'],
    ['puts a missing alias back', { ...base, alias: undefined }, 'reassert'],
    ['leaves a right alias alone', base, 'nothing'],
    [
      'leaves an index without a live version alone',
      { ...base, row: { ...row, live: undefined }, live: undefined },
      'nothing',
    ],
  ])('%s', (_what, facts, kind) => {
    expect(planReconcile(facts).kind).toBe(kind);
  });
});

describe('decisions', () => {
  const awaited: AwaitedDecision = {
    version: 2,
    verdict: 'PASS',
    reportDigest: 'report',
    approval: 'required',
    startedBy: 'ann',
  };
  const answer: DecisionAnswer = {
    answer: 'approved',
    version: 2,
    by: 'ann',
    reason: '',
    override: false,
    reportDigest: 'report',
  };
  const check = (a: Partial<AwaitedDecision>, b: Partial<DecisionAnswer>) => () =>
    checkDecision({ ...awaited, ...a }, { ...answer, ...b });

  test('a PASS and a first version are approved without a word', () => {
    expect(check({}, {})).not.toThrow();
    expect(check({ verdict: null }, {})).not.toThrow();
  });

  test.each<[string, Partial<AwaitedDecision>, Partial<DecisionAnswer>]>([
    ['another version', {}, { version: 3 }],
    ['another report', {}, { reportDigest: 'older' }],
    ['no report at all', {}, { reportDigest: null }],
    ['four eyes when the same person started it', { approval: 'four-eyes' }, {}],
    ['four eyes when the policy answers', { approval: 'four-eyes' }, { by: POLICY_ACTOR }],
    ['INCONCLUSIVE without a reason', { verdict: 'INCONCLUSIVE' }, { reason: '  ' }],
    ['NEEDS-JUDGING without a reason', { verdict: 'NEEDS-JUDGING' }, {}],
    ['FAIL without an override', { verdict: 'FAIL' }, { reason: 'the old model goes away' }],
    ['FAIL without a reason', { verdict: 'FAIL' }, { override: true }],
    ['INCONCLUSIVE by the policy', { verdict: 'INCONCLUSIVE' }, { by: POLICY_ACTOR, reason: 'auto' }],
  ])('refuses an approval of %s', (_what, a, b) => {
    expect(check(a, b)).toThrow(refusal('DECISION_REFUSED'));
  });

  test('grounds that suffice: a reason, an override with a reason, a second person', () => {
    expect(check({ verdict: 'INCONCLUSIVE' }, { reason: 'few queries' })).not.toThrow();
    expect(check({ verdict: 'FAIL' }, { override: true, reason: 'the old model goes away' })).not.toThrow();
    expect(check({ approval: 'four-eyes' }, { by: 'bob' })).not.toThrow();
  });

  test('anybody may reject, whatever the verdict and without the report', () => {
    expect(check({ verdict: 'PASS', approval: 'four-eyes' }, { answer: 'rejected', reportDigest: null })).not.toThrow();
  });

  const unasked = (a: Partial<AwaitedDecision>, approveFlag: boolean, look = 1) =>
    decideUnasked({ ...awaited, ...a }, { approveFlag, look }).kind;

  test('auto approves a PASS and a first version, rejects a FAIL, and waits for a person otherwise', () => {
    expect(unasked({ approval: 'auto' }, false)).toBe('approve');
    expect(unasked({ approval: 'auto', verdict: null }, false)).toBe('approve');
    expect(unasked({ approval: 'auto', verdict: 'FAIL' }, false)).toBe('reject');
    expect(unasked({ approval: 'auto', verdict: 'INCONCLUSIVE' }, true)).toBe('wait');
    expect(unasked({ approval: 'auto', verdict: 'NEEDS-JUDGING' }, true)).toBe('wait');
  });

  test('auto acts on the first look only', () => {
    expect(unasked({ approval: 'auto' }, false, 2)).toBe('wait');
    expect(unasked({ approval: 'auto', verdict: 'FAIL' }, false, 2)).toBe('wait');
  });

  test('--approve approves a PASS or a first version, never a FAIL, and never with four eyes', () => {
    expect(unasked({}, true)).toBe('approve');
    expect(unasked({ verdict: null }, true)).toBe('approve');
    expect(unasked({ verdict: 'FAIL' }, true)).toBe('wait');
    expect(unasked({ approval: 'four-eyes' }, true)).toBe('wait');
    expect(unasked({}, false)).toBe('wait');
  });
});
