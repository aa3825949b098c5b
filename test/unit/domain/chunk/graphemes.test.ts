import fc from 'fast-check';
import { expect, test } from 'vitest';
import { graphemeStarts, lastGraphemeStart } from '../../../../src/domain/chunk/graphemes.js';
import { splitSentences } from '../../../../src/domain/chunk/split-text.js';

const GRAPHEMES = new Intl.Segmenter('en', { granularity: 'grapheme' });
const SENTENCES = new Intl.Segmenter('en', { granularity: 'sentence' });
const startsBy = (segmenter: Intl.Segmenter, text: string) => [...segmenter.segment(text)].map(({ index }) => index);

/** What joins others, what is joined, and clusters longer than the windows the segmenter gets. */
const BITS = [
  'word ',
  '漢字',
  'カタ\u3099',
  'ﾊﾟ',
  'e\u0301',
  ' \u0301',
  '\r\n',
  '\r',
  '\n',
  '👩‍👩‍👧',
  '🇨🇭',
  '🇨',
  '👍🏽',
  '\u200d',
  '\u0e01\u0e33',
  'क्षि',
  '한',
  '\u1112\u1161\u11ab',
  '각\u11a8',
  '\ud800',
  '\udc00',
  '\u0600',
  'x'.repeat(300),
  '\u0301'.repeat(300),
  '🇨🇭'.repeat(100),
  'No. 3 is. "Yes!" She said? ',
];
const texts = fc.array(fc.constantFrom(...BITS), { maxLength: 40 }).map((bits) => bits.join(''));

test('graphemeStarts() finds in windows what the segmenter finds in the whole text', () => {
  fc.assert(
    fc.property(texts, (text) => {
      expect([...graphemeStarts(text)]).toEqual(startsBy(GRAPHEMES, text));
    }),
    { numRuns: 200 },
  );
});

// Of the large ranges of like characters one in a hundred stands for all.
const UNITS = Array.from({ length: 0x10000 }, (_, unit) => unit).filter(
  (unit) => unit % 101 === 0 || unit < 0x3400 || (unit > 0x9fff && unit < 0xac00) || unit > 0xfa00,
);

test.each(['a', '字', '\n'])('graphemeStarts() agrees with the segmenter about %j beside any character', (other) => {
  const pairs = UNITS.map((unit) => `${other}${String.fromCharCode(unit)}${other}`);
  const wrong = pairs.filter((pair) => [...graphemeStarts(pair)].join() !== startsBy(GRAPHEMES, pair).join());
  expect(wrong).toEqual([]);
});

test('lastGraphemeStart() is the last of all starts up to the limit', () => {
  fc.assert(
    fc.property(texts, fc.nat(), (text, at) => {
      const limit = text.length === 0 ? 0 : at % text.length;
      const expected = startsBy(GRAPHEMES, text).findLast((start) => start > 0 && start <= limit);
      expect(lastGraphemeStart(text, limit)).toBe(expected);
    }),
    { numRuns: 200 },
  );
});

test('splitSentences() finds the sentences of a text longer than its windows', () => {
  const text = 'One is short. Two has 3.5 words, "quoted!" Three? '.repeat(400);
  const starts = splitSentences(text, { start: 0, end: text.length }).map(({ start }) => start);
  expect(starts).toEqual(startsBy(SENTENCES, text));
});
