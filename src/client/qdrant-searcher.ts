import type { LiveAnswer } from '../contracts/search.js';

/** The one call we make of `QdrantClient` (`@qdrant/js-client-rest`). */
export interface QdrantQueries<Answer> {
  query(collection: string, args: QdrantQuery): Promise<Answer>;
}

/** Arguments as `QdrantClient.query` takes them. */
export interface QdrantQuery {
  query: number[];
  using: string;
  limit: number;
  filter?: Record<string, unknown>;
  with_payload: boolean;
}

export interface QdrantSearcherOptions<Answer> {
  readonly qdrant: QdrantQueries<Answer>;
  /** Such as a {@link CutoverClient}. */
  readonly cutover: { live(): Promise<LiveAnswer> };
  /** Encode a query with the embedder that `live` names, its query prefix included. */
  readonly encode: (text: string, live: LiveAnswer) => Promise<readonly number[]>;
  /** How long an answer of `live()` is used, milliseconds. Default 1,000. */
  readonly maxAgeMs?: number;
}

export interface QdrantSearchInput {
  readonly query: string;
  readonly limit?: number;
  readonly filter?: Readonly<Record<string, unknown>>;
}

const MAX_AGE_MS = 1000;
const LIMIT = 10;

/**
 * For applications that ask Qdrant themselves. Encodes with the live embedder and asks the live collection by its
 * physical name; when a flip or a retirement overtook it, it reads what is live again and tries once more.
 *
 * ```ts
 * const docs = new QdrantSearcher({ qdrant, cutover, encode: (text, live) => embed(live.embedder, text) });
 * const { answer, live } = await docs.search({ query: 'how do I roll back' });
 * ```
 */
export class QdrantSearcher<Answer> {
  private known: { readonly live: LiveAnswer; readonly at: number } | undefined;

  constructor(private readonly options: QdrantSearcherOptions<Answer>) {}

  /** @returns Qdrant's own answer, and the version it is from. */
  async search(input: QdrantSearchInput): Promise<{ readonly answer: Answer; readonly live: LiveAnswer }> {
    const live = await this.live();
    try {
      return { answer: await this.ask(live, input), live };
    } catch (error) {
      if (!isOvertaken(error)) throw error;
      this.known = undefined;
      const now = await this.live();
      return { answer: await this.ask(now, input), live: now };
    }
  }

  private async live(): Promise<LiveAnswer> {
    const { known } = this;
    if (known && performance.now() - known.at < (this.options.maxAgeMs ?? MAX_AGE_MS)) return known.live;
    try {
      const live = await this.options.cutover.live();
      this.known = { live, at: performance.now() };
      return live;
    } catch (error) {
      // While the gateway restarts the last known pair still belongs together: a collection keeps its vector name.
      if (known) return known.live;
      throw error;
    }
  }

  private async ask(live: LiveAnswer, { query, limit, filter }: QdrantSearchInput): Promise<Answer> {
    const vector = await this.options.encode(query, live);
    return this.options.qdrant.query(live.collection, {
      query: [...vector],
      using: live.vectorName,
      limit: limit ?? LIMIT,
      ...(filter && { filter }),
      with_payload: true,
    });
  }
}

/** 400 `Not existing vector name`: another embedder went live; 404: the collection was retired. */
function isOvertaken(error: unknown): boolean {
  if (typeof error !== 'object' || error === null || !('status' in error)) return false;
  if (error.status === 404) return true;
  return error.status === 400 && /not existing vector name/i.test(JSON.stringify('data' in error ? error.data : ''));
}
