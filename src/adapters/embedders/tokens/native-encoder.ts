import { Tokenizer } from 'tokenizers';
import { LifecycleError } from '../../../domain/errors.js';
import { breathe, isTurnOver } from '../../../pace.js';
import type { TokenEncoder, TokenIds } from './encoder.js';
import { textParts } from './text-parts.js';
import type { TokenizerFile } from './tokenizer-file.js';

/** Turning ids into JavaScript arrays happens on the main thread: bound what one answer may hold. */
const PART_UNITS = 65_536;
const BATCH_UNITS = 131_072;
const BATCH_TEXTS = 256;

/**
 * The reference tokenizer, native, off the main thread. Texts longer than 65,536 code units are tokenized in parts
 * cut at white space. Lone surrogates count as U+FFFD.
 */
export class NativeEncoder implements TokenEncoder {
  private constructor(
    private readonly tokenizer: Tokenizer,
    readonly specialTokens: number,
    readonly unknownId: number | undefined,
  ) {}

  /** @throws {LifecycleError} `MODEL_INVALID` when the native library refuses the file. */
  static async open(file: string, description: TokenizerFile): Promise<NativeEncoder> {
    try {
      const tokenizer = Tokenizer.fromFile(file);
      // Files often carry the truncation and padding of the last training run; neither is ours.
      tokenizer.disableTruncation();
      tokenizer.disablePadding();
      const blank = await tokenizer.encode('', null, { addSpecialTokens: true });
      return new NativeEncoder(tokenizer, blank.getLength(), unknownIdOf(tokenizer, description));
    } catch (cause) {
      throw new LifecycleError('MODEL_INVALID', `Cannot load tokenizer ${file}`, { cause });
    }
  }

  async count(texts: readonly string[]): Promise<readonly number[]> {
    return (await this.encode(texts)).map((ids) => ids.length);
  }

  async encode(texts: readonly string[]): Promise<readonly TokenIds[]> {
    const parts = texts.flatMap((text, index) => textParts(text, PART_UNITS).map((part) => ({ index, part })));
    const collected = texts.map((): TokenIds[] => []);
    for (const batch of batches(parts)) {
      const encodings = await this.tokenizer.encodeBatch(
        batch.map(({ part }) => part),
        { addSpecialTokens: false },
      );
      for (const [at, encoding] of encodings.entries()) {
        collected[batch[at]?.index ?? 0]?.push(Uint32Array.from(encoding.getIds()));
        if (isTurnOver()) await breathe();
      }
    }
    return collected.map(joinIds);
  }
}

function unknownIdOf(tokenizer: Tokenizer, { model }: TokenizerFile): number | undefined {
  if (typeof model.unk_token === 'string') return tokenizer.tokenToId(model.unk_token) ?? undefined;
  return model.unk_id ?? undefined;
}

function* batches(parts: readonly { readonly index: number; readonly part: string }[]) {
  let batch: { readonly index: number; readonly part: string }[] = [];
  let units = 0;
  for (const entry of parts) {
    if (batch.length > 0 && (units + entry.part.length > BATCH_UNITS || batch.length === BATCH_TEXTS)) {
      yield batch;
      batch = [];
      units = 0;
    }
    batch.push(entry);
    units += entry.part.length;
  }
  if (batch.length > 0) yield batch;
}

function joinIds(parts: readonly TokenIds[]): TokenIds {
  const [only] = parts;
  if (parts.length === 1 && only) return only;
  const joined = new Uint32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}
