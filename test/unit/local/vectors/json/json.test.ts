import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { parseExactly, parseJson, RawJson, writeJson } from '../../../../../src/local/vectors/json/exact-json.js';
import { Located } from '../../../../../src/local/vectors/json/located.js';
import { nestsTooDeep } from '../../../../../src/local/vectors/json/nesting.js';
import { dropFromPayload, keepOfPayload, mergePayload } from '../../../../../src/local/vectors/json/payload-text.js';

// White space wherever JSON allows it, and quotes and brackets inside of strings.
const texts = fc
  .tuple(fc.json(), fc.constantFrom(undefined, 1, '\t'))
  .map(([text, space]) => JSON.stringify(JSON.parse(text), null, space));

describe('exact JSON', () => {
  test('reads and writes what JSON.parse and JSON.stringify do', () => {
    fc.assert(
      fc.property(texts, (text) => {
        const value: unknown = JSON.parse(text);
        // Integers from 2^53 on are bigints meanwhile, and numbers again once written.
        expect(JSON.parse(writeJson(parseJson(text)))).toEqual(value);
        expect(JSON.parse(writeJson(parseExactly(text)))).toEqual(value);
      }),
    );
  });

  test.each(['1.0', '1e21', '1E+2', '-0', '18446744073709551615', '[0.10,{"a":1.50}]', '"1.0"'])(
    'keeps %s to the letter',
    (text) => {
      expect(writeJson(parseExactly(text))).toBe(text);
    },
  );

  test('reads integers beyond 2^53 as bigints, and nothing else', () => {
    expect(parseJson('[9007199254740993,9007199254740991,-9007199254740993]')).toEqual([
      9007199254740993n,
      9007199254740991,
      -9007199254740993n,
    ]);
    // Digits of a fraction, of a string and of a number with an exponent are none.
    expect(parseJson('[0.12345678901234567,"12345678901234567890",12345678901234567e2]')).toEqual([
      0.12345678901234567,
      '12345678901234567890',
      12345678901234567e2,
    ]);
  });

  test('writes raw JSON, bigints and vectors in their place', () => {
    const value = {
      id: 2n ** 64n - 1n,
      payload: new RawJson('{"a":1.0}'),
      vector: Float32Array.of(0.5, 2),
      none: undefined,
    };
    expect(writeJson(value)).toBe('{"id":18446744073709551615,"payload":{"a":1.0},"vector":[0.5,2]}');
  });
});

describe('Located', () => {
  test('gives every part of a text with the value it stands for', () => {
    const check = (located: Located): void => {
      expect(JSON.parse(located.text)).toEqual(located.value);
      for (const member of located.members().values()) check(member);
      for (const element of located.elements()) check(element);
      if (Array.isArray(located.value)) expect(located.elements()).toHaveLength(located.value.length);
    };
    fc.assert(fc.property(texts, (text) => check(Located.parse(text))));
  });

  test('of a repeated key the last counts', () => {
    const { text } = Located.parse('{"a":[1,[2]],"a":{"b":3}}').members().get('a') as Located;
    expect(text).toBe('{"b":3}');
  });
});

describe('nesting', () => {
  test.each<[string, boolean]>([
    ['['.repeat(127), false],
    ['['.repeat(128), true],
    ['{"a":'.repeat(128), true],
    [JSON.stringify('['.repeat(1000)), false],
    ['"\\"[[[["'.repeat(100), false],
    ['[],'.repeat(1000), false],
  ])('%# is measured outside of strings', (text, isTooDeep) => {
    expect(nestsTooDeep(text)).toBe(isTooDeep);
  });
});

describe('changes to a payload', () => {
  test('leave the numbers of what they do not touch alone', () => {
    const before = '{"a":1.0,"b":{"c":18446744073709551615,"d":2},"e":[{"f":1.50,"g":1}]}';
    expect(mergePayload(before, '{"a":null,"z":2.0}')).toBe(
      '{"b":{"c":18446744073709551615,"d":2},"e":[{"f":1.50,"g":1}],"z":2.0}',
    );
    const path = (...keys: string[]) => keys.map((key) => (key === '[]' ? ('each' as const) : { key }));
    expect(dropFromPayload(before, [path('b', 'd'), path('e', '[]', 'g')])).toBe(
      '{"a":1.0,"b":{"c":18446744073709551615},"e":[{"f":1.50}]}',
    );
    expect(keepOfPayload(before, [path('e', '[]', 'f')])).toBe('{"e":[{"f":1.50}]}');
  });

  test('take a key called __proto__ for a key', () => {
    expect(mergePayload('{"__proto__":1}', '{"constructor":2}')).toBe('{"__proto__":1,"constructor":2}');
  });
});
