import { expect, test } from 'vitest';
import { figure, signedFigure } from '../../../../src/domain/eval/figures.js';

test('figures have three decimals, no leading zero and a true minus', () => {
  expect([0.3284, 1, 0, -0.0204, -0.0001, 12.5].map(figure)).toEqual([
    '.328',
    '1.000',
    '.000',
    '−.020',
    '.000',
    '12.500',
  ]);
});

test('differences carry their sign unless they round to nothing', () => {
  expect([0.0806, -0.02, 0, 0.0004].map(signedFigure)).toEqual(['+.081', '−.020', '.000', '.000']);
});
