import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonicalJson } from '../../../../src/domain/version/canonical-json.js';

describe('canonicalJson()', () => {
  test('sorts keys by UTF-16 code units and leaves no white space', () => {
    expect(canonicalJson({ b: [1, 2], a: { d: null, c: true }, '\u20ac': 'x', '\u{1f600}': 1, '\ufb33': 2 })).toBe(
      '{"a":{"c":true,"d":null},"b":[1,2],"\u20ac":"x","\u{1f600}":1,"\ufb33":2}',
    );
  });

  test('writes numbers as ECMAScript does, as the examples of RFC 8785 want', () => {
    expect(canonicalJson([333333333.33333329, 1e30, 4.5, 2e-3, 1e-27, -0])).toBe(
      '[333333333.3333333,1e+30,4.5,0.002,1e-27,0]',
    );
  });

  test('escapes only what JSON demands', () => {
    expect(canonicalJson('\u20ac$\u000f\nA\'B"\\\\"/')).toBe('"\u20ac$\\u000f\\nA\'B\\"\\\\\\\\\\"/"');
  });

  test('leaves out members that are undefined', () => {
    expect(canonicalJson({ a: undefined, b: 1 })).toBe('{"b":1}');
  });

  test.each([
    ['a number that is not finite', { a: [Number.NaN] }, '$.a[0]: NaN is not finite'],
    ['infinity', Infinity, 'Infinity is not finite'],
    ['a lone surrogate in a text', { a: 'x\ud800y' }, '$.a: the text holds a lone surrogate'],
    ['a lone surrogate in a key', { '\udc00': 1 }, 'lone surrogate'],
    ['undefined', undefined, 'a value of type undefined'],
    ['undefined in a list', [undefined], '$[0]: a value of type undefined'],
    ['a bigint', { n: 1n }, 'a value of type bigint'],
    ['a class instance', { at: new Date(0) }, '$.at: a Date'],
    ['a typed array', { v: new Float32Array(1) }, '$.v: a Float32Array'],
  ])('refuses %s', (_, value, message) => {
    expect(() => canonicalJson(value)).toThrow(message);
  });

  test('refuses a value nested too deep instead of overflowing the stack', () => {
    let value: unknown = 1;
    for (let depth = 0; depth < 50_000; depth += 1) value = [value];
    expect(() => canonicalJson(value)).toThrow('nested deeper than 200');
  });

  test('gives one spelling whatever the order of keys, and JSON.parse gives the value back', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ unit: 'grapheme' }), fc.jsonValue()), (value) => {
        const reversed = Object.fromEntries(Object.entries(value).reverse());
        const normal: unknown = JSON.parse(JSON.stringify(value));
        expect(canonicalJson(reversed)).toBe(canonicalJson(value));
        expect(JSON.parse(canonicalJson(value))).toEqual(normal);
      }),
      { numRuns: 300 },
    );
  });
});
