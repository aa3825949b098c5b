import { describe, expect, test } from 'vitest';
import { retryAfterMs } from '../../../../../src/adapters/embedders/openai/failures.js';

const NOW = Date.parse('2030-01-01T00:00:00Z');
const MINUTE_MS = 60_000;

describe('retryAfterMs()', () => {
  test.each([
    ['seconds', { 'retry-after': '7' }, 7_000],
    ['fractions of a second', { 'retry-after': '0.25' }, 250],
    ['an HTTP date', { 'retry-after': 'Tue, 01 Jan 2030 00:00:42 GMT' }, 42_000],
    ['a date that is past', { 'retry-after': 'Mon, 31 Dec 2029 23:59:00 GMT' }, 0],
    ['milliseconds, which go before', { 'retry-after-ms': '120', 'retry-after': '9' }, 120],
    ['more than a quarter of an hour', { 'retry-after': '86400' }, 15 * MINUTE_MS],
    ['nothing that can be read', { 'retry-after': 'soon' }, undefined],
    ['nothing', {}, undefined],
  ] as const)('reads %s', (_, headers, expected) => {
    expect(retryAfterMs(new Headers(headers as Record<string, string>), NOW)).toBe(expected);
  });
});
