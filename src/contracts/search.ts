import type { JsonObject } from '../domain/json.js';
import type { EmbedderIdentity, Distance } from '../domain/version/identity.js';

/** One passage. */
export interface SearchHit {
  readonly docId: string;
  /** Ordinal of the passage in its document, from 0. */
  readonly chunk: number;
  /** As the vector store gives it: nearer is higher for Cosine and Dot, lower for Euclid. */
  readonly score: number;
  readonly text: string;
  readonly title: string | null;
  readonly uri: string | null;
  /** The document's metadata. */
  readonly meta: JsonObject;
}

/** Answer of `POST /v1/indexes/:index/search`: hits of exactly one version, encoded by that version's own encoder. */
export interface SearchAnswer {
  readonly version: number;
  /** Epoch of the flip that made the live version live. */
  readonly epoch: number;
  readonly collection: string;
  readonly queryId: string;
  readonly hits: readonly SearchHit[];
}

/** Answer of `GET /v1/indexes/:index/live`: all that a direct user of Qdrant needs. */
export interface LiveAnswer {
  readonly alias: string;
  readonly collection: string;
  /** Names the embedder: a query for another one is refused by Qdrant instead of answered wrongly. */
  readonly vectorName: string;
  readonly version: number;
  readonly epoch: number;
  readonly distance: Distance;
  readonly embedder: EmbedderIdentity;
}

/** Body of every answer that is no success. */
export interface ErrorAnswer {
  readonly error: { readonly code: string; readonly message: string; readonly hint: string | null };
}
