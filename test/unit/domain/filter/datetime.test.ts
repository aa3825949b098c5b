import { expect, test } from 'vitest';

import { parseDatetime } from '../../../../src/domain/filter/datetime.js';

test.each<[string, number | undefined]>([
  ['1970-01-01T00:00:00Z', 0],
  ['1970-01-01', 0],
  ['1970-01-01T00:01', 60_000],
  ['1970-01-01 00:00:01.5', 1500],
  ['1970-01-01T00:00:00.000001Z', 0.001],
  ['1970-01-01T02:00:00+02:00', 0],
  ['1969-12-31T19:00:00-0500', 0],
  ['2024-02-29', Date.UTC(2024, 1, 29)],
  ['2023-02-29', undefined],
  ['1970-01-01T25:00:00Z', undefined],
  ['1970-01-01T00:00:00X', undefined],
  ['yesterday', undefined],
  ['', undefined],
])('%s is the moment %s', (text, moment) => {
  expect(parseDatetime(text)).toBe(moment);
});
