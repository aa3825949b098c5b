import type { ChunkPayload } from '../domain/chunk/payload.js';
import type { AliasName, ChunkId, CollectionName, DocId, Revision, VectorName } from '../domain/ids.js';
import type { JsonObject, JsonValue } from '../domain/json.js';
import type { Distance, PayloadIndex } from '../domain/version/identity.js';

/** Travels with the collection: who owns it and what it was made of. */
export interface CollectionMetadata {
  readonly registry_id: string;
  readonly index: string;
  readonly version: number;
  readonly embedder: string;
  readonly chunker: string;
  readonly schema: string;
}

export interface CollectionSpec {
  readonly name: CollectionName;
  readonly vectorName: VectorName;
  readonly dimensions: number;
  readonly distance: Distance;
  readonly onDisk: boolean;
  readonly quantization: 'none' | 'scalar';
  readonly metadata: CollectionMetadata;
  /** Created before any data: HNSW builds its filter links only for indexes it knows. */
  readonly payloadIndexes: readonly PayloadIndex[];
}

export interface CollectionInfo {
  readonly name: CollectionName;
  readonly metadata: Partial<CollectionMetadata>;
  readonly vectors: Readonly<Record<string, { readonly dimensions: number; readonly distance: Distance }>>;
  readonly payloadIndexes: readonly PayloadIndex[];
  readonly status: 'green' | 'yellow' | 'grey' | 'red';
  /** Nothing queued, running or deferred: what is stored is searchable. */
  readonly settled: boolean;
}

export interface Point {
  readonly id: ChunkId;
  readonly vector: Float32Array;
  readonly payload: ChunkPayload;
}

export interface StoredPoint {
  readonly id: ChunkId;
  readonly vector?: Float32Array;
  readonly payload: JsonObject;
}

export interface ScoredPoint extends StoredPoint {
  /** Higher is nearer for Cosine and Dot, lower for Euclid. */
  readonly score: number;
}

/** A filter in Qdrant's own form; the adapter passes it on. */
export type VectorFilter = JsonObject;

export interface VectorQuery {
  readonly vectorName: VectorName;
  readonly vector: Float32Array | readonly number[];
  readonly limit: number;
  readonly filter?: VectorFilter;
  /** Scan everything instead of walking the HNSW graph. */
  readonly exact?: boolean;
  readonly withPayload?: boolean | readonly string[];
}

export interface PointGroup {
  readonly id: JsonValue;
  readonly hits: readonly ScoredPoint[];
}

export interface CallOptions {
  /** The request ends before this many milliseconds; default is the adapter's. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

/**
 * Where collections and aliases live. Every write returns only when it is applied (`completed`).
 *
 * Failures: `VECTORS_UNAVAILABLE` (retryable), `VECTORS_REFUSED` (final; a refused batch may be partly
 * written), `VECTORS_INCOMPLETE` (retryable), `NOT_FOUND`, `COLLECTION_CONFLICT`.
 */
export interface VectorStore {
  /** Kind, version and a stable identity of the store (not of its address). */
  describe(): Promise<{ readonly title: string; readonly version: string; readonly exact: boolean }>;

  /** Safe to repeat; `COLLECTION_CONFLICT` when one of that name differs or belongs to somebody else. */
  createCollection(spec: CollectionSpec): Promise<void>;
  /** By physical name only: an alias is not found. */
  collection(name: CollectionName): Promise<CollectionInfo | undefined>;
  listCollections(): Promise<readonly CollectionName[]>;
  /** Refuses while an alias points there. @returns whether there was one to delete */
  deleteCollection(name: CollectionName): Promise<boolean>;

  /**
   * Write points over those of the same id whose `rev` is at most `revisionAtMost`.
   * Batches are bounded by the caller: ≤ 8 MB of JSON.
   */
  upsert(
    collection: CollectionName,
    batch: { readonly vectorName: VectorName; readonly points: readonly Point[]; readonly revisionAtMost: Revision },
    options?: CallOptions,
  ): Promise<void>;
  /** In one request: for each entry delete the points with `doc_id = docId and rev < below`. */
  deleteStale(
    collection: CollectionName,
    stale: readonly { readonly docId: DocId; readonly below: Revision }[],
    options?: CallOptions,
  ): Promise<void>;

  retrieve(
    collection: CollectionName,
    ids: readonly ChunkId[],
    want: { readonly vectorName?: VectorName; readonly payload: boolean },
  ): Promise<readonly StoredPoint[]>;
  /** Points in id order, from `after` (exclusive); `next` is undefined on the last page. */
  scroll(
    collection: CollectionName,
    page: {
      readonly after?: ChunkId;
      readonly limit: number;
      readonly filter?: VectorFilter;
      readonly vectorName?: VectorName;
      readonly payload: boolean | readonly string[];
    },
  ): Promise<{ readonly points: readonly StoredPoint[]; readonly next?: ChunkId }>;
  /** Exact. */
  count(collection: CollectionName, filter?: VectorFilter): Promise<number>;

  /** `collection` may be an alias here: that is what bare-alias callers do. Ties by id. */
  query(
    collection: CollectionName | AliasName,
    query: VectorQuery,
    options?: CallOptions,
  ): Promise<readonly ScoredPoint[]>;
  queryBatch(
    collection: CollectionName | AliasName,
    queries: readonly VectorQuery[],
    options?: CallOptions,
  ): Promise<readonly (readonly ScoredPoint[])[]>;
  /** Best `groupSize` hits of the best `limit` values of `groupBy`. */
  queryGroups(
    collection: CollectionName | AliasName,
    query: VectorQuery & { readonly groupBy: string; readonly groupSize: number },
    options?: CallOptions,
  ): Promise<readonly PointGroup[]>;

  resolveAlias(alias: AliasName): Promise<CollectionName | undefined>;
  listAliases(): Promise<readonly { readonly alias: AliasName; readonly collection: CollectionName }[]>;
  /** Exactly one `create_alias` action: replaces the target in a single save. */
  pointAlias(alias: AliasName, collection: CollectionName, options?: CallOptions): Promise<void>;

  close(): Promise<void>;
}
