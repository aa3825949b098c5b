import { describe, expect, test } from 'vitest';
import {
  findSearchProblems,
  findStandingProblems,
  type SearchFacts,
  type StandingFacts,
} from '../../../../src/domain/gate/integrity.js';

const standing = (facts: Partial<StandingFacts> = {}) =>
  findStandingProblems({
    frozenHead: 7,
    head: 7,
    freezeOwner: 'us',
    expectedOwner: 'us',
    live: { version: 1, watermark: 7, verifiedWatermark: 5 },
    candidate: { version: 2, watermark: 7, verifiedWatermark: 7 },
    ...facts,
  });

describe('findStandingProblems()', () => {
  test('is content with two verified versions at a frozen head', () => {
    expect(standing()).toEqual([]);
    expect(standing({ live: undefined })).toEqual([]);
  });

  test('forgives a freeze that ran out while nothing moved', () => {
    expect(standing({ freezeOwner: undefined })).toEqual([]);
  });

  test.each<[string, Partial<StandingFacts>]>([
    ['CORPUS_MOVED', { head: 8 }],
    ['FREEZE_LOST', { freezeOwner: 'a promotion' }],
    ['NOT_AT_HEAD', { live: { version: 1, watermark: 6, verifiedWatermark: 5 } }],
    ['NOT_AT_HEAD', { candidate: { version: 2, watermark: 8, verifiedWatermark: 7 } }],
    ['NOT_VERIFIED', { candidate: { version: 2, watermark: 7, verifiedWatermark: 6 } }],
    ['NOT_VERIFIED', { candidate: { version: 2, watermark: 7, verifiedWatermark: undefined } }],
    ['NOT_VERIFIED', { live: { version: 1, watermark: 7, verifiedWatermark: undefined } }],
  ])('finds %s in %o', (code, facts) => {
    expect(standing(facts).map((problem) => problem.code)).toEqual([code]);
  });
});

describe('findSearchProblems()', () => {
  const find = (facts: Partial<SearchFacts>) =>
    findSearchProblems(
      { annRecall: 0.95, k: 10 },
      { annRecall: undefined, newlyQuarantined: { count: 0, examples: [] }, ...facts },
    );

  test('asks for approximate recall on both sides, .95 being enough', () => {
    expect(find({ annRecall: { live: 0.95, candidate: 0.95 } })).toEqual([]);
    expect(find({ annRecall: { live: 0.949, candidate: 1 } })).toMatchObject([
      { code: 'ANN_RECALL_LOW', text: expect.stringContaining('live side') as string },
    ]);
    expect(find({ annRecall: { live: null, candidate: 0.5 } })).toMatchObject([
      { text: expect.stringContaining('candidate side finds 50.0 %') as string },
    ]);
  });

  test('names documents that only the candidate quarantines', () => {
    expect(find({ newlyQuarantined: { count: 3, examples: ['a', 'b'] } })).toEqual([
      { code: 'NEWLY_QUARANTINED', text: 'the candidate quarantines 3 documents that live serves: a, b, …' },
    ]);
  });
});
