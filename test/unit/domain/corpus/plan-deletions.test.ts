import { describe, expect, test } from 'vitest';
import { planDeletions } from '../../../../src/domain/corpus/plan-deletions.js';

const facts = { missing: 0, due: 0, documents: 1_000, maxDeleteShare: 0.2 };

describe('planDeletions()', () => {
  test('has nothing to do while no miss is due', () => {
    expect(planDeletions({ ...facts, missing: 30 })).toEqual({ kind: 'none' });
  });

  test('applies up to the allowed share: 200 of 1,000 at 20 %', () => {
    expect(planDeletions({ ...facts, due: 200 })).toEqual({ kind: 'apply', due: 200 });
  });

  test('withholds one document more and says both shares', () => {
    expect(planDeletions({ ...facts, due: 201 })).toMatchObject({
      kind: 'withhold',
      due: 201,
      reason: expect.stringMatching(/201 of 1000 documents \(20\.1 %\).*20\.0 %/) as string,
    });
  });

  test('applies up to 50 deletions whatever their share, and withholds 51 of 51', () => {
    expect(planDeletions({ ...facts, documents: 50, due: 50 }).kind).toBe('apply');
    expect(planDeletions({ ...facts, documents: 51, due: 51 }).kind).toBe('withhold');
  });
});
