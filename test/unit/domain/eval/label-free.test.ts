import { describe, expect, test } from 'vitest';
import { jaccardAt, overlapAt } from '../../../../src/domain/eval/overlap.js';
import { rboExt } from '../../../../src/domain/eval/rbo.js';

const ids = (text: string) => [...text];

describe('rboExt()', () => {
  // Values of Webber et al., figure 5, and of two independent implementations.
  test.each([
    ['abcde', 'bacde', 0.9],
    ['abcdefg', 'zcavwxy', 0.288217],
    ['abcd', 'dcba', 0.783],
    ['abcdefghij', 'bacdefghxy', 0.817733],
    ['NHMACFL', 'CGNA', 0.490384],
    ['abcdefghij', 'abcdefgh', 1],
  ])('%s against %s is %f', (a, b, expected) => {
    expect(rboExt(ids(a), ids(b), 0.9)).toBeCloseTo(expected, 6);
    expect(rboExt(ids(b), ids(a), 0.9)).toBeCloseTo(expected, 6);
  });

  test('two empty lists agree, an empty and a full one do not', () => {
    expect(rboExt([], [], 0.9)).toBe(1);
    expect(rboExt([], ids('a'), 0.9)).toBe(0);
  });

  test.each([0, 1, -0.1, NaN])('a persistence of %s is out of range', (p) => {
    expect(() => rboExt(ids('a'), ids('a'), p)).toThrow(RangeError);
  });
});

describe('overlap', () => {
  test('overlapAt() divides by k, jaccardAt() by the union', () => {
    // Three shared of the first four each: 3/4, and 3 of 5 distinct.
    expect(overlapAt(4, ids('abcdx'), ids('dcbyx'))).toBe(0.75);
    expect(jaccardAt(4, ids('abcdx'), ids('dcbyx'))).toBe(0.6);
  });

  test('both empty is agreement', () => {
    expect([overlapAt(10, [], []), jaccardAt(10, [], [])]).toEqual([1, 1]);
    expect([overlapAt(10, ids('a'), []), jaccardAt(10, ids('a'), [])]).toEqual([0, 0]);
  });
});
