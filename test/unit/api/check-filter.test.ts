import { expect, test } from 'vitest';
import { filterProblem } from '../../../src/api/check-filter.js';
import { parseSearchRequest } from '../../../src/api/search-request.js';

const condition = { key: 'meta.lang', match: { value: 'de' } };

test.each([
  [{ must: [condition], must_not: { is_empty: { key: 'x' } }, should: [{ must: [condition] }] }],
  [{ min_should: { conditions: [condition], min_count: 1 } }],
  [{}],
])('filterProblem() lets a filter pass: %j', (filter) => expect(filterProblem(filter)).toBeUndefined());

test.each([
  ['text', 'x', /must be an object/],
  ['a list', [condition], /must be an object/],
  ['an unknown clause', { musst: [condition] }, /"musst"; known are must/],
  ['a clause that is no condition', { must: 'x' }, /filter\.must must be/],
  ['a lone surrogate', { must: [{ key: 'a\ud800', match: { value: '\ud800' } }] }, /lone surrogate/],
  ['too many values', { must: Array(700).fill(condition) }, /more than 2000 values/],
  [
    'too deep a nest',
    Array.from({ length: 13 }).reduce<object>((inner) => ({ must: inner }), {}) as never,
    /nested deeper/,
  ],
])('filterProblem() refuses %s', (_, filter, reason) => expect(filterProblem(filter)).toMatch(reason));

test('parseSearchRequest() names everything that is wrong', () => {
  const parse = (body: unknown) => () => parseSearchRequest(body, { maxQueryCharacters: 10 });
  expect(parse({ query: 'x' })()).toEqual({ query: 'x', topK: 10 });
  expect(parse({ topK: 101, filter: 'x', extra: 1, query: ' ' })).toThrow(
    expect.objectContaining({
      code: 'USAGE',
      message: expect.stringMatching(/query: must not be blank.*topK: .*filter: .*extra/),
    }),
  );
  expect(parse({})).toThrow(/either query or vector/);
  expect(parse({ query: 'x', vector: [1] })).toThrow(/either query or vector/);
  expect(parse({ query: 'x'.repeat(11) })).toThrow(/11 characters, at most 10/);
  expect(parse({ query: 'a\ud800' })).toThrow(/lone surrogate/);
  expect(parse({ vector: [0, 0] })).toThrow(/all zeros/);
  expect(parse({ vector: [1, null] })).toThrow(/vector\.1/);
  expect(parse([])).toThrow(/Not a search/);
  expect(parse(null)).toThrow(/Not a search/);
});
