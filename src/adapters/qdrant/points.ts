import { LifecycleError } from '../../domain/errors.js';
import type { CollectionName } from '../../domain/ids.js';
import type { CallOptions, Point, StoredPoint, VectorFilter, VectorStore } from '../../ports/vector-store.js';
import { serverSeconds } from './connection.js';
import type { Api, Connection } from './connection.js';
import { encodeVector } from './encode-vector.js';
import { fieldsOf, listOf, numberOf, readStored, requireCompleted } from './read-reply.js';

type Points = Pick<VectorStore, 'upsert' | 'deleteStale' | 'retrieve' | 'scroll' | 'count'>;
type Filter = NonNullable<Parameters<Api['countPoints']>[0]['filter']>;

// The server takes 32 MB; more usually looks like a broken connection, which a retry would only repeat.
const MAX_BODY_BYTES = 30_000_000;
// What a component takes in JSON at most: sign, digits, comma.
const BYTES_PER_COMPONENT = 13;

export const qdrantPoints = (connection: Connection): Points => ({
  upsert: (collection, batch, options) => upsert(connection, { ...batch, collection }, options),
  deleteStale: (collection, stale, options) => deleteStale(connection, { collection, stale }, options),
  retrieve: (collection, ids, want) => retrieve(connection, { ...want, collection, ids }),
  scroll: (collection, page) => scroll(connection, { ...page, collection }),
  count: (collection, filter) => count(connection, collection, filter),
});

/** Our filters are Qdrant's own; only their type is wider. */
export const asFilter = (filter: VectorFilter): Filter => filter as Filter;

type Batch = Parameters<VectorStore['upsert']>[1] & { readonly collection: CollectionName };

async function upsert(connection: Connection, batch: Batch, options?: CallOptions): Promise<void> {
  const { collection, points, vectorName } = batch;
  if (points.length === 0) return;
  const what = `upsert ${points.length} points into "${collection}"`;
  requireSize(points, what);
  const body = {
    collection_name: collection,
    wait: true,
    timeout: serverSeconds(options),
    points: points.map(({ id, vector, payload }) => ({
      id,
      vector: { [vectorName]: encodeVector(vector, id) },
      payload,
    })),
    update_filter: asFilter({ must: [{ key: 'rev', range: { lte: batch.revisionAtMost } }] }),
  };
  const result = await connection.request(what, options, (init) => connection.api.upsertPoints(body, init));
  requireCompleted(result, what);
}

function requireSize(points: readonly Point[], what: string): void {
  let bytes = 0;
  for (const { vector, payload } of points) {
    bytes += vector.length * BYTES_PER_COMPONENT + payload.text.length + 300;
  }
  if (bytes <= MAX_BODY_BYTES) return;
  throw new LifecycleError('VECTORS_REFUSED', `Cannot ${what}: about ${bytes} bytes, at most ${MAX_BODY_BYTES} pass`, {
    hint: 'Send smaller batches.',
    facts: { bytes },
  });
}

async function deleteStale(
  connection: Connection,
  {
    collection,
    stale,
  }: { readonly collection: CollectionName; readonly stale: Parameters<VectorStore['deleteStale']>[1] },
  options?: CallOptions,
): Promise<void> {
  if (stale.length === 0) return;
  const what = `delete old points of ${stale.length} documents from "${collection}"`;
  const should = stale.map(({ docId, below }): VectorFilter => ({
    must: [
      { key: 'doc_id', match: { value: docId } },
      { key: 'rev', range: { lt: below } },
    ],
  }));
  const body = {
    collection_name: collection,
    wait: true,
    timeout: serverSeconds(options),
    filter: asFilter({ should }),
  };
  // The client's own `delete` does not wait unless told to.
  const result = await connection.request(what, options, (init) => connection.api.deletePoints(body, init));
  requireCompleted(result, what);
}

type Retrieval = Parameters<VectorStore['retrieve']>[2] &
  Readonly<{ collection: CollectionName; ids: Parameters<VectorStore['retrieve']>[1] }>;

async function retrieve(connection: Connection, want: Retrieval): Promise<readonly StoredPoint[]> {
  if (want.ids.length === 0) return [];
  const what = `read ${want.ids.length} points of "${want.collection}"`;
  const body = {
    collection_name: want.collection,
    ids: [...want.ids],
    with_payload: want.payload,
    with_vector: want.vectorName === undefined ? false : [want.vectorName],
  };
  const result = await connection.request(what, undefined, (init) => connection.api.getPoints(body, init));
  return listOf(result, what).map((point) => readStored(point, want.vectorName));
}

type PageRequest = Parameters<VectorStore['scroll']>[1] & { readonly collection: CollectionName };

async function scroll(connection: Connection, page: PageRequest): ReturnType<VectorStore['scroll']> {
  const { collection, after, limit, filter, vectorName } = page;
  const what = `read a page of "${collection}"`;
  // Qdrant pages from an id (inclusive); asked for one more, the page can leave it out.
  const body = {
    collection_name: collection,
    limit: limit + (after === undefined ? 0 : 1),
    with_payload: typeof page.payload === 'boolean' ? page.payload : [...page.payload],
    with_vector: vectorName === undefined ? false : [vectorName],
    ...(after === undefined ? {} : { offset: after }),
    ...(filter === undefined ? {} : { filter: asFilter(filter) }),
  };
  const result = await connection.request(what, undefined, (init) => connection.api.scrollPoints(body, init));
  const { points, next_page_offset: more } = fieldsOf(result, what);
  const read = listOf(points, what).map((point) => readStored(point, vectorName));
  const fresh = read.filter(({ id }) => id !== after).slice(0, limit);
  const last = fresh.at(-1);
  const isMore = last !== undefined && ((more !== null && more !== undefined) || read.at(-1)?.id !== last.id);
  return { points: fresh, ...(isMore ? { next: last.id } : {}) };
}

async function count(connection: Connection, collection: CollectionName, filter?: VectorFilter): Promise<number> {
  const what = `count the points of "${collection}"`;
  const body = {
    collection_name: collection,
    exact: true,
    ...(filter === undefined ? {} : { filter: asFilter(filter) }),
  };
  const result = await connection.request(what, undefined, (init) => connection.api.countPoints(body, init));
  return numberOf(fieldsOf(result, what).count, what);
}
