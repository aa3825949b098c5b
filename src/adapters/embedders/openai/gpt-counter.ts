import { ByteLru } from '../byte-lru.js';
import { breathe, isTurnOver } from '../../../pace.js';
import { textParts } from '../tokens/text-parts.js';

type Count = (
  text: string,
  options: { readonly allowedSpecial: Set<string>; readonly disallowedSpecial: Set<string> },
) => number;

const REMEMBERED_BYTES = 32 * 1_024 * 1_024;
/** The library's time grows faster than a run without spaces: such runs are cut. */
const PART_UNITS = 8_192;
/** Text such as `<|endoftext|>` is text; by default the library throws on it. */
const AS_TEXT = { allowedSpecial: new Set<string>(), disallowedSpecial: new Set<string>() };

/**
 * Counts tokens of cl100k_base, OpenAI's encoding for embeddings. For other servers' models it is an estimate. Texts
 * longer than 8,192 code units are counted in parts cut at white space.
 */
export class GptCounter {
  static readonly identity = 'gpt-tokenizer:cl100k_base:r1';
  private readonly known = new ByteLru<number>(REMEMBERED_BYTES, () => 16);
  private count: Promise<Count> | undefined;

  async countTokens(texts: readonly string[]): Promise<readonly number[]> {
    this.count ??= import('gpt-tokenizer/encoding/cl100k_base').then((library) => library.countTokens);
    const count = await this.count;
    const counts: number[] = [];
    for (const text of texts) counts.push(this.known.get(text) ?? (await this.countOne(text, count)));
    return counts;
  }

  private async countOne(text: string, count: Count): Promise<number> {
    let tokens = 0;
    for (const part of textParts(text, PART_UNITS)) {
      tokens += count(part, AS_TEXT);
      if (isTurnOver()) await breathe();
    }
    this.known.set(text, tokens);
    return tokens;
  }
}
