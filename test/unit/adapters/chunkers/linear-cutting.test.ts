import { expect, test } from 'vitest';
import { openChunker } from '../../../../src/adapters/chunkers/index.js';
import type { ChunkerSpec } from '../../../../src/domain/index-spec.js';
import type { Tokenizer } from '../../../../src/ports/embedder.js';

/** One token a code unit that is no white space: an additive tokenizer, which keeps account of what it was given. */
class CountingTokenizer implements Tokenizer {
  readonly identity = 'counting';
  units = 0;
  calls = 0;

  async countTokens(texts: readonly string[]): Promise<readonly number[]> {
    this.calls += 1;
    return texts.map((text) => {
      this.units += text.length;
      return text.replace(/\s/g, '').length;
    });
  }
}

const sizes = { maxTokens: 256, overlapTokens: 32, embedTitle: true } as const;
const KINDS: readonly ChunkerSpec[] = [
  { kind: 'tokens', ...sizes },
  { kind: 'markdown', ...sizes, embedHeading: true },
];

async function costOf(spec: ChunkerSpec, text: string): Promise<{ readonly units: number; readonly calls: number }> {
  const tokenizer = new CountingTokenizer();
  const chunks = await openChunker(spec, tokenizer).chunk({ text, prepend: '' });
  expect(chunks.at(-1)?.end).toBe(text.trimEnd().length);
  return { units: tokenizer.units, calls: tokenizer.calls };
}

/** No two words alike, so that nothing is saved by remembering them. */
const words = (count: number) => Array.from({ length: count }, (_, at) => `w${(at * 7919).toString(36)}`).join(' ');
const ideographs = (count: number) =>
  Array.from({ length: count }, (_, at) => String.fromCharCode(0x4e00 + ((at * 7919) % 20_000))).join('');

test.each([
  ['a line of words', words],
  ['a line without spaces', ideographs],
  ['a list', (count: number) => words(count).replaceAll(' ', '\n- ')],
  ['combined emoji', (count: number) => '👩‍👩‍👧'.repeat(count / 8)],
])('what is tokenized of %s grows with its length and no faster', async (_, make) => {
  for (const spec of KINDS) {
    const [once, fourTimes] = [await costOf(spec, make(8_000)), await costOf(spec, make(32_000))];
    expect(fourTimes.units).toBeLessThan(5 * once.units);
    expect(fourTimes.calls).toBeLessThan(5 * once.calls);
  }
});

test('a text is given to the tokenizer a few times over, not once a chunk', async () => {
  for (const spec of KINDS) {
    const text = words(20_000);
    expect((await costOf(spec, text)).units).toBeLessThan(4 * text.length);
  }
});
