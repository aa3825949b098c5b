import { describe, expect, test } from 'vitest';
import { documentFault, EMPTY_TEXT, stringFault } from '../../../../src/domain/corpus/check-document.js';
import { docId } from '../../../../src/domain/ids.js';
import type { JsonValue } from '../../../../src/domain/json.js';

const sound = { id: docId('d'), text: 'text', metadata: {} };
const fault = (change: object) => documentFault({ ...sound, ...change }, 100);

describe('documentFault()', () => {
  test.each([
    ['plain text', {}],
    ['emoji and combining marks', { text: '😀 e\u0301' }],
    ['right-to-left overrides and zero-width characters, which are content', { text: 'a\u202eb\u200bc' }],
    ['the characters \\u0000 spelled out', { metadata: { a: 'x\\u0000' } }],
  ])('accepts %s', (_, change) => {
    expect(fault(change)).toBeUndefined();
  });

  test.each([
    ['empty', '', EMPTY_TEXT],
    ['white space', ' \n\t\u00a0', EMPTY_TEXT],
    ['NUL', 'a\0b', 'text holds a NUL character'],
    ['a leading half of a surrogate pair', 'a\ud83d', 'text holds half of a surrogate pair'],
    ['a trailing half of a surrogate pair', '\ude00a', 'text holds half of a surrogate pair'],
    ['too long', 'x'.repeat(101), 'text longer than 100 bytes'],
  ])('names a text that is %s', (_, text, reason) => {
    expect(fault({ text })).toBe(reason);
  });

  test('looks at title, address and metadata too', () => {
    expect(fault({ title: '\0' })).toBe('title holds a NUL character');
    expect(fault({ uri: '\ud800' })).toBe('uri holds half of a surrogate pair');
    expect(fault({ metadata: { a: ['\0'] } })).toBe('metadata holds a NUL character');
    expect(fault({ metadata: { a: '\udfff' } })).toContain('lone surrogate');
  });

  test('names metadata nested too deep to be read back', () => {
    let deep: JsonValue = 1;
    for (let level = 0; level < 5_000; level += 1) deep = [deep];
    expect(fault({ metadata: { deep } })).toContain('nested deeper');
  });
});

test('stringFault() finds nothing wrong with an ordinary string', () => {
  expect(stringFault('naïve 東京 😀')).toBeUndefined();
});
