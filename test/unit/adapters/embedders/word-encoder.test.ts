import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { NativeEncoder } from '../../../../src/adapters/embedders/tokens/native-encoder.js';
import { readTokenizerFile } from '../../../../src/adapters/embedders/tokens/tokenizer-file.js';
import { WordEncoder } from '../../../../src/adapters/embedders/tokens/word-encoder.js';

/** A small vocabulary of Llama 2's kind: bytes, letters, and merges that end in words, some reached two ways. */
function llamaLike(extraMerges: readonly (readonly [string, string])[] = []): unknown {
  const merges: (readonly [string, string])[] = [
    ['▁', 't'],
    ['h', 'e'],
    ['▁t', 'he'],
    ['▁', '▁'],
    ['▁▁', '▁▁'],
    ['a', 'a'],
    ['aa', 'aa'],
    ['i', 'n'],
    ['in', 'g'],
    ['t', 'h'],
    ['▁t', 'h'],
    ['▁', 'th'],
    ['▁th', 'e'],
    ['e', 'r'],
    ['日', '本'],
    ...extraMerges,
  ];
  const bytes = Array.from({ length: 256 }, (_, byte) => `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`);
  const characters = [...'▁abcdefghijklmnopqrstuvwxyz日本'];
  const tokens = ['<unk>', '<s>', '</s>', ...bytes, ...characters, ...merges.map(([left, right]) => left + right)];
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: ['<unk>', '<s>', '</s>'].map((content, id) => ({
      id,
      content,
      single_word: false,
      lstrip: false,
      rstrip: false,
      normalized: false,
      special: true,
    })),
    normalizer: {
      type: 'Sequence',
      normalizers: [
        { type: 'Prepend', prepend: '▁' },
        { type: 'Replace', pattern: { String: ' ' }, content: '▁' },
      ],
    },
    pre_tokenizer: null,
    post_processor: null,
    decoder: null,
    model: {
      type: 'BPE',
      dropout: null,
      unk_token: '<unk>',
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: true,
      byte_fallback: true,
      ignore_merges: false,
      vocab: Object.fromEntries([...new Set(tokens)].map((token, id) => [token, id])),
      merges: merges.map(([left, right]) => `${left} ${right}`),
    },
  };
}

const BITS = [
  'the',
  ' ',
  '  ',
  '\n',
  'thing',
  'other',
  'aaaa',
  'aaaaaaa',
  '日本',
  '語',
  '▁',
  '<s>',
  '\t',
  '12',
  '👩‍👩‍👧',
  '\u0000',
  'é',
];

describe('WordEncoder', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'cutover-words-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  async function encoders(tokenizer: unknown) {
    const file = path.join(folder, 'tokenizer.json');
    await writeFile(file, JSON.stringify(tokenizer));
    const description = await readTokenizerFile(file);
    const native = await NativeEncoder.open(file, description);
    return { native, words: await WordEncoder.of(description, native) };
  }

  test('gives the ids of the native tokenizer for any mixture of words, spaces, newlines, bytes and markers', async () => {
    const { native, words } = await encoders(llamaLike());
    await fc.assert(
      fc.asyncProperty(fc.array(fc.constantFrom(...BITS), { maxLength: 40 }), async (bits) => {
        const text = bits.join('');
        expect(await words?.encode([text])).toEqual(await native.encode([text]));
      }),
      { numRuns: 300 },
    );
  });

  test('gives the same ids from its cache as the first time', async () => {
    const { words } = await encoders(llamaLike());
    const text = 'the other thing  the\nthing';
    expect(await words?.encode([text])).toEqual(await words?.encode([text]));
  });

  test('reads a lone surrogate as U+FFFD', async () => {
    const { words } = await encoders(llamaLike());
    expect(await words?.encode(['a\ud800b'])).toEqual(await words?.encode(['a\ufffdb']));
  });

  test('is not used where a merge crosses into the next word', async () => {
    const { words } = await encoders(llamaLike([['e', '▁']]));
    expect(words).toBeUndefined();
  });

  test('tokenizes two million characters without a space while timers go on', async () => {
    const { words } = await encoders(llamaLike());
    let ticks = 0;
    const timer = setInterval(() => (ticks += 1), 1);
    const [ids] = (await words?.encode(['a'.repeat(2_000_000)])) ?? [];
    clearInterval(timer);
    expect(ids?.length).toBeGreaterThan(0);
    expect(ticks).toBeGreaterThan(3);
  });
});
