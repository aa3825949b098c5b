import { randomUUID } from 'node:crypto';
import type { SearchAnswer, SearchHit } from '../contracts/search.js';
import { LifecycleError } from '../domain/errors.js';
import type { IndexName } from '../domain/ids.js';
import type { JsonObject } from '../domain/json.js';
import type { ScoredPoint, VectorStore } from '../ports/vector-store.js';
import type { Encoders } from './encoders.js';
import type { Route, Routes } from './routes.js';
import type { SearchRequest } from './search-request.js';

export interface SearchParts {
  readonly routes: Routes;
  readonly encoders: Encoders;
  readonly vectors: Pick<VectorStore, 'query'>;
  readonly timeoutMs: number;
}

export interface Search {
  readonly index: IndexName;
  readonly request: SearchRequest;
  /** Aborts when the caller has gone away. */
  readonly signal: AbortSignal;
}

const SHOWN_FIELDS = ['doc_id', 'chunk', 'text', 'title', 'uri', 'meta'];

/**
 * One search. Collection, vector name and encoder come from one route, and the physical collection is asked,
 * never the alias: a flip in mid-search cannot mix two versions.
 */
export async function search(parts: SearchParts, wanted: Search): Promise<SearchAnswer> {
  const route = await parts.routes.resolve(wanted.index, wanted.request.version);
  try {
    return await ask(parts, route, wanted);
  } catch (error) {
    if (!isGone(error)) throw error;
    // The row was older than the retirement of what it named: read it again, once.
    parts.routes.forget(wanted.index);
    const again = await parts.routes.resolve(wanted.index, wanted.request.version);
    if (again.collection !== route.collection) return ask(parts, again, wanted);
    throw new LifecycleError('VECTORS_UNAVAILABLE', `Collection "${route.collection}" is not there`, {
      retryable: true,
      cause: error,
      hint: `See \`cutover verify ${wanted.index}\`.`,
    });
  }
}

async function ask(parts: SearchParts, route: Route, { request, signal }: Search): Promise<SearchAnswer> {
  const vector = request.vector
    ? ownVector(request.vector, request, route)
    : await encoded(parts, route, { request, signal });
  const points = await parts.vectors.query(
    route.collection,
    {
      vectorName: route.version.vectorName,
      vector,
      limit: request.topK,
      ...(request.filter && { filter: request.filter }),
      withPayload: SHOWN_FIELDS,
    },
    { timeoutMs: parts.timeoutMs, signal },
  );
  return {
    version: route.version.number,
    epoch: route.row.liveEpoch,
    collection: route.collection,
    queryId: randomUUID(),
    hits: points.map(hit),
  };
}

async function encoded(
  parts: SearchParts,
  route: Route,
  { request, signal }: Omit<Search, 'index'>,
): Promise<Float32Array> {
  const encoder = await parts.encoders.of(route.version);
  return encoder.embedQuery(request.query ?? '', { signal });
}

/** A vector the caller made: it must at least have the length, and if it says so the name, of this version's vectors. */
function ownVector(vector: readonly number[], { vectorName }: SearchRequest, { version }: Route): readonly number[] {
  if (vectorName !== undefined && vectorName !== version.vectorName) {
    throw new LifecycleError(
      'STALE_EPOCH',
      `The vector is for "${vectorName}", but version ${version.number} has "${version.vectorName}"`,
      {
        hint: `Read GET /v1/indexes/${version.index}/live and encode with the embedder it names.`,
      },
    );
  }
  const { dimensions } = version.identity.embedder;
  if (vector.length === dimensions) return vector;
  throw new LifecycleError(
    'DIMENSION_MISMATCH',
    `The vector has ${vector.length} components, version ${version.number} has ${dimensions}`,
    {
      hint: `Read GET /v1/indexes/${version.index}/live and encode with the embedder it names.`,
    },
  );
}

function hit({ payload, score }: ScoredPoint): SearchHit {
  const { doc_id: docId, chunk, text, title, uri, meta } = payload;
  return {
    docId: String(docId),
    chunk: Number(chunk ?? 0),
    score,
    text: typeof text === 'string' ? text : '',
    title: typeof title === 'string' ? title : null,
    uri: typeof uri === 'string' ? uri : null,
    meta: typeof meta === 'object' && meta !== null && !Array.isArray(meta) ? (meta as JsonObject) : {},
  };
}

const isGone = (error: unknown): boolean => error instanceof LifecycleError && error.code === 'NOT_FOUND';
