import type { LiveAnswer, SearchAnswer } from '../contracts/search.js';
import type { HttpOptions } from './http.js';
import { call } from './http.js';

export interface CutoverClientOptions extends HttpOptions {
  readonly index: string;
}

/** A search by text, or by a vector of the live embedder. */
export type SearchInput = (
  | { readonly query: string }
  | {
      readonly vector: readonly number[];
      /** From {@link CutoverClient.live}: the gateway then refuses a vector of another embedder. */
      readonly vectorName?: string;
    }
) & {
  /** 1 to 100; default 10. */
  readonly topK?: number;
  /** In Qdrant's form; metadata stands under `meta`: `{ must: [{ key: 'meta.lang', match: { value: 'de' } }] }`. */
  readonly filter?: Readonly<Record<string, unknown>>;
  /** Another version than the live one, such as a candidate. */
  readonly version?: number;
};

/**
 * Searches one index through the gateway, which picks collection and encoder as one pair.
 *
 * ```ts
 * const docs = new CutoverClient({ url: 'http://127.0.0.1:8080', index: 'docs' });
 * const { hits, version } = await docs.search({ query: 'how do I roll back', topK: 5 });
 * ```
 */
export class CutoverClient {
  constructor(private readonly target: CutoverClientOptions) {}

  /** @throws CutoverError */
  search(input: SearchInput, options: { readonly signal?: AbortSignal } = {}): Promise<SearchAnswer> {
    return call(this.target, { method: 'POST', path: this.path('search'), body: input, signal: options.signal });
  }

  /** What is live now, for those who ask Qdrant themselves. @throws CutoverError */
  live(options: { readonly signal?: AbortSignal } = {}): Promise<LiveAnswer> {
    return call(this.target, { method: 'GET', path: this.path('live'), signal: options.signal });
  }

  private path(what: string): string {
    return `v1/indexes/${encodeURIComponent(this.target.index)}/${what}`;
  }
}
