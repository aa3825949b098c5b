import { expect, test } from 'vitest';
import { formatBytes, formatCount, formatDuration } from '../../../../src/cli/output/format.js';
import { oneLine, printable } from '../../../../src/cli/output/printable.js';
import { table } from '../../../../src/cli/output/table.js';

test.each([
  [0, '0 ms'],
  [999.4, '999 ms'],
  [999.6, '1.0 s'],
  [1234, '1.2 s'],
  [9949, '9.9 s'],
  [9950, '10 s'],
  [59_499, '59 s'],
  [59_500, '1 min'],
  [61_000, '1 min 1 s'],
  [3_599_600, '1 h'],
  [3_660_000, '1 h 1 min'],
  [86_400_000, '1 d'],
  [90_000_000, '1 d 1 h'],
  [-1, '-'],
  [Number.NaN, '-'],
  [Number.POSITIVE_INFINITY, '-'],
])('formatDuration(%d) is %s', (ms, text) => expect(formatDuration(ms)).toBe(text));

test.each([
  [0, '0'],
  [999, '999'],
  [1000, '1,000'],
  [1_234_567.4, '1,234,567'],
  [-1234, '-1,234'],
])('formatCount(%d) is %s', (value, text) => expect(formatCount(value)).toBe(text));

test.each([
  [0, '0 B'],
  [999, '999 B'],
  [1000, '1.0 kB'],
  [99_949, '99.9 kB'],
  [99_951, '100 kB'],
  [999_499, '999 kB'],
  [999_500, '1.0 MB'],
  [16_400_000_000, '16.4 GB'],
])('formatBytes(%d) is %s', (bytes, text) => expect(formatBytes(bytes)).toBe(text));

test('printable() shows the characters that would steer a terminal instead of sending them', () => {
  expect(printable('a\u001b[2Jb\u202ec\u0000\tä')).toBe('a\\u001b[2Jb\\u202ec\\u0000\tä');
});

test('oneLine() never exceeds the width and never halves an emoji', () => {
  expect(oneLine(' a\n b  c ', 10)).toBe('a b c');
  expect(oneLine('abcdef', 4)).toBe('abc…');
  expect(oneLine('😀😀😀', 2)).toBe('😀…');
});

test('table() has no lines, aligns numbers to the right and leaves no white space at the end', () => {
  const drawn = table(
    ['version', 'chunks'],
    [
      ['v1', '1,204'],
      ['v12', '9'],
      ['v3', '-'],
    ],
  );
  expect(drawn).toBe(['version  chunks', 'v1        1,204', 'v12           9', 'v3            -'].join('\n'));
  expect(table(['a', 'b'], [])).toBe('a  b');
});
