import { expect, test } from 'vitest';
import { planLook } from '../../../../src/domain/gate/plan-look.js';

const policy = { alpha: 0.05 };

test('the first look counts and has the whole α', () => {
  expect(planLook(policy, { goldenSet: 'a', earlierOnThisSet: 0, earlier: [] })).toEqual({
    earlier: 0,
    counts: true,
    judgementsAdded: false,
    alpha: 0.05,
  });
});

test('a second look on the same judgements is marked, its α is whole', () => {
  const earlier = [{ goldenSet: 'a', judgementsAdded: false }];
  expect(planLook(policy, { goldenSet: 'a', earlierOnThisSet: 1, earlier })).toEqual({
    earlier: 1,
    counts: false,
    judgementsAdded: false,
    alpha: 0.05,
  });
});

test('the first look on other judgements counts, at half the α', () => {
  const earlier = [{ goldenSet: 'a', judgementsAdded: false }];
  expect(planLook(policy, { goldenSet: 'b', earlierOnThisSet: 0, earlier })).toEqual({
    earlier: 0,
    counts: true,
    judgementsAdded: true,
    alpha: 0.025,
  });
});

test('judgements once added stay added', () => {
  const earlier = [{ goldenSet: 'b', judgementsAdded: true }];
  expect(planLook(policy, { goldenSet: 'b', earlierOnThisSet: 1, earlier })).toMatchObject({
    counts: false,
    judgementsAdded: true,
    alpha: 0.025,
  });
});
