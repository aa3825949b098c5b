/** What a provider asks for a million tokens. */
export interface Price {
  readonly model: string;
  readonly usdPerMillionTokens: number;
  /** Month in which the provider's list was last seen to say so, ISO 8601. */
  readonly asOf: string;
}

/**
 * Standard tier; the batch tier costs half.
 *
 * @see https://developers.openai.com/api/docs/pricing, whose figures were compared with two independent copies of it.
 */
const OPENAI_PRICES: readonly Price[] = [
  { model: 'text-embedding-3-small', usdPerMillionTokens: 0.02, asOf: '2026-05' },
  { model: 'text-embedding-3-large', usdPerMillionTokens: 0.13, asOf: '2026-05' },
  { model: 'text-embedding-ada-002', usdPerMillionTokens: 0.1, asOf: '2026-05' },
];

/** Price of a model at OpenAI itself; undefined for models that are not on its list. */
export function priceOf(model: string): Price | undefined {
  return OPENAI_PRICES.find((price) => price.model === model);
}

/** @param tokens  To be embedded, ≥ 0. @returns US dollars ≥ 0 */
export function costUsd(tokens: number, { usdPerMillionTokens }: Price): number {
  return (tokens / 1_000_000) * usdPerMillionTokens;
}
