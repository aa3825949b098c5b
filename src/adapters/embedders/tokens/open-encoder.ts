import type { TokenEncoder } from './encoder.js';
import { NativeEncoder } from './native-encoder.js';
import { readTokenizerFile } from './tokenizer-file.js';
import { WordEncoder } from './word-encoder.js';

/**
 * The fastest exact way to tokenize with a `tokenizer.json`.
 *
 * @throws {LifecycleError} `MODEL_INVALID` when the file is missing or damaged.
 */
export async function openEncoder(file: string): Promise<TokenEncoder> {
  const description = await readTokenizerFile(file);
  const native = await NativeEncoder.open(file, description);
  return (await WordEncoder.of(description, native)) ?? native;
}
