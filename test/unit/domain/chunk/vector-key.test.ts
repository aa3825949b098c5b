import { expect, test } from 'vitest';
import { vectorFault, vectorKey } from '../../../../src/domain/chunk/vector-key.js';

test('vectorKey() tells embedders, roles and texts apart', () => {
  const keys = [
    vectorKey('f', 'document', 'x'),
    vectorKey('g', 'document', 'x'),
    vectorKey('f', 'query', 'x'),
    vectorKey('f', 'document', 'x '),
  ];
  expect(new Set(keys).size).toBe(4);
});

test('vectorFault() passes a vector of the right length with a direction', () => {
  expect(vectorFault(new Float32Array([0, 0.5]), 2)).toBeUndefined();
});

test.each([
  ['too short', [1], '1 components instead of 2'],
  ['too long', [1, 2, 3], '3 components instead of 2'],
  ['NaN', [1, Number.NaN], 'component 1 is NaN'],
  ['infinite', [-Infinity, 1], 'component 0 is -Infinity'],
  ['zero', [0, 0], 'all components are zero'],
])('vectorFault() names a vector that is %s', (_, vector, fault) => {
  expect(vectorFault(vector, 2)).toBe(fault);
});
