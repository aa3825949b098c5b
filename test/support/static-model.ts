import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';

/** A Model2Vec folder of a few words: WordPiece of whole words, vectors given, `[UNK]` for the rest. */
export async function writeStaticModel(
  folder: string,
  words: Readonly<Record<string, readonly number[]>>,
  options: { readonly weights?: readonly number[] } = {},
): Promise<void> {
  await mkdir(folder, { recursive: true });
  const vocabulary = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', ...Object.keys(words)];
  const width = Object.values(words)[0]?.length ?? 0;
  const rows = vocabulary.map((word) => words[word] ?? Array.from({ length: width }, () => 9));
  await writeFile(path.join(folder, 'tokenizer.json'), JSON.stringify(wordTokenizer(vocabulary)));
  await writeFile(path.join(folder, 'config.json'), JSON.stringify({ normalize: true }));
  const tensors = { embeddings: { shape: [rows.length, width], values: rows.flat() } };
  const weights = options.weights && { weights: { shape: [options.weights.length], values: options.weights } };
  await writeFile(path.join(folder, 'model.safetensors'), safetensors({ ...tensors, ...weights }));
}

/** `tokenizer.json` that knows whole lower-case words and puts `[CLS]` and `[SEP]` around a text. */
export function wordTokenizer(vocabulary: readonly string[]): unknown {
  const special = ['[PAD]', '[UNK]', '[CLS]', '[SEP]'];
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: special.map((content) => ({
      id: vocabulary.indexOf(content),
      content,
      single_word: false,
      lstrip: false,
      rstrip: false,
      normalized: false,
      special: true,
    })),
    normalizer: {
      type: 'BertNormalizer',
      clean_text: true,
      handle_chinese_chars: true,
      strip_accents: null,
      lowercase: true,
    },
    pre_tokenizer: { type: 'BertPreTokenizer' },
    post_processor: {
      type: 'TemplateProcessing',
      single: [
        { SpecialToken: { id: '[CLS]', type_id: 0 } },
        { Sequence: { id: 'A', type_id: 0 } },
        { SpecialToken: { id: '[SEP]', type_id: 0 } },
      ],
      pair: [{ Sequence: { id: 'A', type_id: 0 } }, { Sequence: { id: 'B', type_id: 1 } }],
      special_tokens: {
        '[CLS]': { id: '[CLS]', ids: [vocabulary.indexOf('[CLS]')], tokens: ['[CLS]'] },
        '[SEP]': { id: '[SEP]', ids: [vocabulary.indexOf('[SEP]')], tokens: ['[SEP]'] },
      },
    },
    decoder: { type: 'WordPiece', prefix: '##', cleanup: true },
    model: {
      type: 'WordPiece',
      unk_token: '[UNK]',
      continuing_subword_prefix: '##',
      max_input_chars_per_word: 100,
      vocab: Object.fromEntries(vocabulary.map((word, id) => [word, id])),
    },
  };
}

function safetensors(
  tensors: Readonly<Record<string, { shape: readonly number[]; values: readonly number[] }>>,
): Buffer {
  const header: Record<string, unknown> = {};
  const bodies: Buffer[] = [];
  let offset = 0;
  for (const [name, { shape, values }] of Object.entries(tensors)) {
    const body = Buffer.from(Float32Array.from(values).buffer);
    header[name] = { dtype: 'F32', shape, data_offsets: [offset, offset + body.length] };
    bodies.push(body);
    offset += body.length;
  }
  const text = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  return Buffer.concat([length, text, ...bodies]);
}
