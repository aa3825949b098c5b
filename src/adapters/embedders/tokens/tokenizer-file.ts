import { readFile } from 'node:fs/promises';
import { LifecycleError } from '../../../domain/errors.js';

/** The parts of a `tokenizer.json` (Hugging Face tokenizers) that we read ourselves. */
export interface TokenizerFile {
  readonly added_tokens?: readonly AddedToken[] | null;
  readonly normalizer?: unknown;
  readonly pre_tokenizer?: unknown;
  readonly model: TokenizerModel;
}

export interface AddedToken {
  readonly id: number;
  readonly content: string;
}

interface TokenizerModel {
  readonly type?: string;
  readonly dropout?: number | null;
  readonly unk_token?: string | null;
  readonly unk_id?: number | null;
  readonly continuing_subword_prefix?: string | null;
  readonly end_of_word_suffix?: string | null;
  readonly byte_fallback?: boolean;
  readonly ignore_merges?: boolean;
  readonly vocab?: unknown;
  readonly merges?: readonly (string | readonly [string, string])[];
}

/** @throws {LifecycleError} `MODEL_INVALID` when the file is missing or is no tokenizer. */
export async function readTokenizerFile(file: string): Promise<TokenizerFile> {
  try {
    const parsed: unknown = JSON.parse(await readFile(file, 'utf8'));
    if (isTokenizerFile(parsed)) return parsed;
  } catch (cause) {
    throw new LifecycleError('MODEL_INVALID', `Cannot read tokenizer ${file}`, { cause });
  }
  throw new LifecycleError('MODEL_INVALID', `${file} is no tokenizer: expected an object with a "model"`);
}

function isTokenizerFile(value: unknown): value is TokenizerFile {
  if (typeof value !== 'object' || value === null || !('model' in value)) return false;
  return typeof value.model === 'object' && value.model !== null;
}
