/** What a provider asks for a million tokens since that day. */
export interface Price {
  readonly model: string;
  readonly usdPerMillionTokens: number;
  /** Day the provider announced the price, ISO 8601. */
  readonly asOf: string;
}

const OPENAI_PRICES: readonly Price[] = [
  { model: 'text-embedding-3-small', usdPerMillionTokens: 0.02, asOf: '2024-01-25' },
  { model: 'text-embedding-3-large', usdPerMillionTokens: 0.13, asOf: '2024-01-25' },
];

/** Price of a model at OpenAI itself; undefined for models that are not on its list. */
export function priceOf(model: string): Price | undefined {
  return OPENAI_PRICES.find((price) => price.model === model);
}

/** @param tokens  To be embedded, ≥ 0. @returns US dollars ≥ 0 */
export function costUsd(tokens: number, { usdPerMillionTokens }: Price): number {
  return (tokens / 1_000_000) * usdPerMillionTokens;
}
