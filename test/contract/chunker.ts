import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Chunk } from '../../src/domain/chunk/chunk.js';
import { embeddedText } from '../../src/domain/chunk/embedded-text.js';
import type { Chunker } from '../../src/ports/chunker.js';
import type { Tokenizer } from '../../src/ports/embedder.js';

/** Bits that texts go wrong with: markup, marks on spaces, surrogate pairs, joined emoji, every kind of line end. */
const BITS = [
  'word ',
  'another sentence. ',
  '\n',
  '\n\n',
  '\r\n',
  '# Title\n\n',
  '## Sub *title*\n\n',
  '- item one\n- item two\n\n',
  '> quoted\n\n',
  '```js\nlet x = 1;\n\nlet y = 2;\n```\n\n',
  '| a | b |\n| - | - |\n| 1 | 2 |\n\n',
  'e\u0301',
  ' \u0301',
  '👩‍👩‍👧',
  '🇨🇭',
  '\u{1F600}',
  '漢字',
  '\u00a0',
  '\t',
  'x'.repeat(40),
  '---\n',
  '<b>html</b> ',
  '\u0000',
];

const texts = fc.array(fc.oneof(fc.constantFrom(...BITS), fc.string({ unit: 'grapheme', maxLength: 8 })), {
  maxLength: 120,
});

/**
 * What every chunker promises.
 *
 * @param maxTokens  Its limit; undefined when it has none.
 */
export function describeChunker(
  name: string,
  open: () => { readonly chunker: Chunker; readonly tokenizer: Tokenizer },
  maxTokens: number | undefined,
): void {
  describe(`chunker ${name}`, () => {
    const { chunker, tokenizer } = open();
    const cut = (text: string, prepend = '') => chunker.chunk({ text, prepend });

    test('gives no chunk for a blank text', async () => {
      expect(await cut('')).toEqual([]);
      expect(await cut(' \n\t\r\n ')).toEqual([]);
    });

    test('cuts the same text the same way again', async () => {
      const text = BITS.join('').repeat(5);
      expect(await cut(text, 'Title ')).toEqual(await cut(text, 'Title '));
      expect(chunker.describe()).toEqual(chunker.describe());
    });

    test('holds all of any text but white space, in order, at exact offsets, never inside a grapheme', async () => {
      await fc.assert(
        fc.asyncProperty(texts, async (bits) => {
          const text = bits.join('');
          const chunks = await cut(text);
          requireExact(text, chunks);
          requireCovered(text, chunks);
          requireGraphemes(text, chunks);
        }),
        { numRuns: 150 },
      );
    });

    test('counts the tokens of what is embedded, and keeps to its limit', async () => {
      await fc.assert(
        fc.asyncProperty(texts, async (bits) => {
          const chunks = await cut(bits.join(''), 'Some title ');
          const embedded = chunks.map((chunk) => embeddedText('Some title ', chunk));
          expect(chunks.map(({ tokens }) => tokens)).toEqual(await tokenizer.countTokens(embedded));
          if (maxTokens !== undefined) for (const { tokens } of chunks) expect(tokens).toBeLessThanOrEqual(maxTokens);
        }),
        { numRuns: 75 },
      );
    });
  });
}

function requireExact(text: string, chunks: readonly Chunk[]): void {
  for (const chunk of chunks) {
    expect(text.slice(chunk.start, chunk.end)).toBe(chunk.text);
    expect(chunk.text.trim()).not.toBe('');
  }
}

function requireCovered(text: string, chunks: readonly Chunk[]): void {
  let end = 0;
  for (const chunk of chunks) {
    if (chunk.start > end) expect(text.slice(end, chunk.start).trim()).toBe('');
    expect(chunk.end).toBeGreaterThan(end);
    end = chunk.end;
  }
  expect(text.slice(end).trim()).toBe('');
}

function requireGraphemes(text: string, chunks: readonly Chunk[]): void {
  const segments = new Intl.Segmenter('en', { granularity: 'grapheme' }).segment(text);
  const starts = new Set([...segments].map(({ index }) => index));
  for (const { start, end } of chunks) {
    expect(starts.has(start)).toBe(true);
    expect(end === text.length || starts.has(end)).toBe(true);
  }
}
