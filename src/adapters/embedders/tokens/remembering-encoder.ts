import { ByteLru } from '../byte-lru.js';
import type { TokenEncoder, TokenIds } from './encoder.js';

/** Keeping a word costs as much as tokenizing it. */
const WORTH_KEEPING_UNITS = 48;

/**
 * Chunkers count a text's tokens and embedders need the same tokens a moment later: keeps ids by text, so that
 * each text is tokenized once.
 */
export class RememberingEncoder implements TokenEncoder {
  private readonly known: ByteLru<TokenIds>;

  constructor(
    private readonly inner: TokenEncoder,
    maxBytes: number,
  ) {
    this.known = new ByteLru(maxBytes, (ids) => ids.byteLength);
  }

  get specialTokens(): number {
    return this.inner.specialTokens;
  }

  get unknownId(): number | undefined {
    return this.inner.unknownId;
  }

  async count(texts: readonly string[]): Promise<readonly number[]> {
    if (texts.every(({ length }) => length < WORTH_KEEPING_UNITS)) return this.inner.count(texts);
    return (await this.encode(texts)).map((ids) => ids.length);
  }

  async encode(texts: readonly string[]): Promise<readonly TokenIds[]> {
    const found = texts.map((text) => (text.length < WORTH_KEEPING_UNITS ? undefined : this.known.get(text)));
    const missing = [...new Set(texts.filter((_, index) => found[index] === undefined))];
    if (missing.length === 0) return found.flatMap((ids) => ids ?? []);
    const encoded = await this.inner.encode(missing);
    const fresh = new Map(missing.map((text, index) => [text, encoded[index] ?? new Uint32Array()]));
    for (const [text, ids] of fresh) if (text.length >= WORTH_KEEPING_UNITS) this.known.set(text, ids);
    return texts.map((text, index) => found[index] ?? fresh.get(text) ?? new Uint32Array());
  }
}
