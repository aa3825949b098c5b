/** Text to token ids, without the special tokens a model puts around them. */
export interface TokenEncoder {
  encode(texts: readonly string[]): Promise<readonly TokenIds[]>;
  /** As many as `encode` would give, for less. */
  count(texts: readonly string[]): Promise<readonly number[]>;
  /** How many special tokens the tokenizer puts around one text, ≥ 0. */
  readonly specialTokens: number;
  /** Id of the token that stands for "unknown"; undefined when the vocabulary can spell everything. */
  readonly unknownId: number | undefined;
}

export type TokenIds = Uint32Array;
