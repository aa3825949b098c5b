import type { AliasName, CollectionName } from '../../domain/ids.js';
import type { CallOptions, PointGroup, ScoredPoint, VectorQuery, VectorStore } from '../../ports/vector-store.js';
import { serverSeconds } from './connection.js';
import type { Connection } from './connection.js';
import { encodeVector } from './encode-vector.js';
import { asFilter } from './points.js';
import { fieldsOf, listOf, readGroup, readScored } from './read-reply.js';
import { orderHits, settleTies } from './order-hits.js';

type Queries = Pick<VectorStore, 'query' | 'queryBatch' | 'queryGroups'>;
type Target = CollectionName | AliasName;
type GroupQuery = Parameters<VectorStore['queryGroups']>[1];

export const qdrantQueries = (connection: Connection): Queries => ({
  query: async (target, query, options) =>
    (await queryBatch(connection, { target, queries: [query] }, options))[0] ?? [],
  queryBatch: (target, queries, options) => queryBatch(connection, { target, queries }, options),
  queryGroups: (target, query, options) => queryGroups(connection, { target, query }, options),
});

interface Batch {
  readonly target: Target;
  readonly queries: readonly VectorQuery[];
}

async function queryBatch(
  connection: Connection,
  { target, queries }: Batch,
  options?: CallOptions,
): Promise<readonly (readonly ScoredPoint[])[]> {
  if (queries.length === 0) return [];
  // Always the whole batch again: the alias may have moved between two requests, and one answer must not mix versions.
  return settleTies(queries, (limits) => ask(connection, { target, queries: withLimits(queries, limits) }, options));
}

const withLimits = (queries: readonly VectorQuery[], limits: readonly number[]): readonly VectorQuery[] =>
  queries.map((query, i) => ({ ...query, limit: limits[i] as number }));

async function ask(
  connection: Connection,
  { target, queries }: Batch,
  options?: CallOptions,
): Promise<readonly (readonly ScoredPoint[])[]> {
  const what = `search "${target}"`;
  const body = { collection_name: target, timeout: serverSeconds(options), searches: queries.map(bodyOf) };
  const result = await connection.request(what, options, (init) => connection.api.queryBatchPoints(body, init));
  return listOf(result, what).map((answer) => orderHits(listOf(fieldsOf(answer, what).points, what).map(readScored)));
}

async function queryGroups(
  connection: Connection,
  { target, query }: { readonly target: Target; readonly query: GroupQuery },
  options?: CallOptions,
): Promise<readonly PointGroup[]> {
  const what = `search groups of "${target}"`;
  const body = {
    ...bodyOf(query),
    collection_name: target,
    timeout: serverSeconds(options),
    group_by: query.groupBy,
    group_size: query.groupSize,
  };
  const result = await connection.request(what, options, (init) => connection.api.queryPointsGroups(body, init));
  const groups = listOf(fieldsOf(result, what).groups, what).map(readGroup);
  return groups.map((group) => ({ ...group, hits: orderHits(group.hits) }));
}

const bodyOf = (query: VectorQuery) => ({
  query: encodeVector(query.vector, 'a query'),
  using: query.vectorName,
  limit: query.limit,
  with_payload: typeof query.withPayload === 'object' ? [...query.withPayload] : (query.withPayload ?? true),
  ...(query.filter === undefined ? {} : { filter: asFilter(query.filter) }),
  ...(query.exact === undefined ? {} : { params: { exact: query.exact } }),
});
