import { expect, test } from 'vitest';

import { parsePayloadPath, valuesAt } from '../../../../src/domain/filter/payload-path.js';
import type { JsonObject, JsonValue } from '../../../../src/domain/json.js';

const payload: JsonObject = { a: { b: [{ c: 1 }, { c: [2, 3] }, 4] }, 'x.y': { z: null }, list: [1, [2]] };

test.each<[string, readonly JsonValue[]]>([
  ['a.b[].c', [1, [2, 3]]],
  ['a.b', [[{ c: 1 }, { c: [2, 3] }, 4]]],
  ['"x.y".z', [null]],
  ['list[]', [1, [2]]],
  ['list[][]', [2]],
  ['a.missing', []],
  ['a.b.c', []],
  ['constructor', []],
])('valuesAt(%s) finds every value there and no other', (path, expected) => {
  expect(valuesAt(payload, parsePayloadPath(path)!)).toEqual(expected);
});

test.each(['', 'a.', '.a', 'a..b', 'a[0]', 'a[', 'a b', '"a'])('%j is no path', (path) => {
  expect(parsePayloadPath(path)).toBeUndefined();
});
