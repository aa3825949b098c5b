import { describe, expect, test } from 'vitest';
import { agreesWithProbes, agreesWithSpans, cosine, spansOf } from '../../../../src/domain/version/probes.js';

const before = { texts: ['a', 'b'], vectors: [[1, 0], [0, 1]] }; // prettier-ignore

describe('agreesWithProbes()', () => {
  test('accepts the rounding of another CPU', () => {
    expect(agreesWithProbes(before, [new Float32Array([1, 0.0001]), new Float32Array([-0.0001, 1])])).toBe(true);
  });

  test('refuses a vector turned by more than a cosine of 0.999', () => {
    // cos = 1 / sqrt(1 + 0.05²) = 0.99875
    expect(agreesWithProbes(before, [[1, 0.05], [0, 1]])).toBe(false); // prettier-ignore
    // cos = 1 / sqrt(1 + 0.04²) = 0.99920
    expect(agreesWithProbes(before, [[1, 0.04], [0, 1]])).toBe(true); // prettier-ignore
  });

  test.each([
    ['fewer vectors', [[1, 0]]],
    ['other dimensions', [[1, 0, 0], [0, 1, 0]]], // prettier-ignore
    ['zero vectors', [[0, 0], [0, 1]]], // prettier-ignore
    ['not a number', [[Number.NaN, 0], [0, 1]]], // prettier-ignore
  ])('refuses %s', (_, now) => {
    expect(agreesWithProbes(before, now)).toBe(false);
  });
});

test('cosine() ignores length: [1, 2] and [2, 4] point the same way', () => {
  expect(cosine([1, 2], [2, 4])).toBeCloseTo(1, 12);
});

test('agreesWithSpans() compares every start and end', () => {
  const chunk = { text: '', heading: [], tokens: 1 };
  const probe = { text: 'abcdef', spans: [0, 3, 3, 6] };
  expect(agreesWithSpans(probe, spansOf([{ ...chunk, start: 0, end: 3 }, { ...chunk, start: 3, end: 6 }]))).toBe(true); // prettier-ignore
  expect(agreesWithSpans(probe, [0, 2, 2, 6])).toBe(false);
  expect(agreesWithSpans(probe, [0, 3])).toBe(false);
});
