import { expect, test } from 'vitest';
import { isUsableTemporal } from '../../../../src/local/temporal/release.js';

test.each([
  ['temporal version 1.9.1 (Server 1.32.0, UI 2.54.1)\n', true],
  ['temporal version 1.4.0 (Server 1.28.0, UI 2.39.0)', true],
  ['temporal version 2.0.0', true],
  ['temporal version 1.3.9 (Server 1.27.2, UI 2.37.0)', false],
  ['temporal version 0.13.2 (Server 1.24.2)', false],
  ['', false],
  ['Temporal is a word in other tools too', false],
])('isUsableTemporal(%j) is %s', (output, usable) => {
  expect(isUsableTemporal(output)).toBe(usable);
});
