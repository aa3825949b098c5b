import { Hono } from 'hono';
import type { Context } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import type { LiveAnswer } from '../contracts/search.js';
import { LifecycleError } from '../domain/errors.js';
import { indexName } from '../domain/ids.js';
import type { Registry } from '../ports/registry.js';
import type { Toolbox } from '../ports/toolbox.js';
import type { VectorStore } from '../ports/vector-store.js';
import { Encoders } from './encoders.js';
import { body, errorAnswer } from './error-answer.js';
import type { Route } from './routes.js';
import { Routes } from './routes.js';
import type { SearchParts } from './search.js';
import { search } from './search.js';
import { parseSearchRequest } from './search-request.js';

export interface GatewayPorts {
  readonly registry: Pick<Registry, 'index' | 'version'>;
  readonly vectors: Pick<VectorStore, 'query'>;
  readonly toolbox: Pick<Toolbox, 'embedder'>;
}

export interface GatewayOptions {
  /** How long a routing row is trusted, milliseconds, at most 1,000. */
  readonly rowTtlMs?: number;
  /** Largest body of a request, bytes. */
  readonly maxBodyBytes?: number;
  /** Longest query, UTF-16 code units. */
  readonly maxQueryCharacters?: number;
  /** Time the vector store has for one query, milliseconds. */
  readonly vectorsTimeoutMs?: number;
  /** Told of every failure that is not the caller's. */
  readonly onError?: (error: unknown, request: { readonly method: string; readonly path: string }) => void;
  /** Milliseconds on a clock that only goes forward. */
  readonly now?: () => number;
}

const MAX_ROW_TTL_MS = 1000;
const DEFAULTS = { maxBodyBytes: 1_048_576, maxQueryCharacters: 8192, vectorsTimeoutMs: 10_000 };

/** The HTTP gateway: one call that always uses the matching encoder and collection. */
export function createGateway(ports: GatewayPorts, options: GatewayOptions = {}): Hono {
  const limits = { ...DEFAULTS, ...options };
  const now = options.now ?? (() => performance.now());
  const ttlMs = Math.min(options.rowTtlMs ?? MAX_ROW_TTL_MS, MAX_ROW_TTL_MS);
  const routes = new Routes(ports.registry, { ttlMs, now });
  const parts: SearchParts = {
    routes,
    encoders: new Encoders(ports.toolbox, now),
    vectors: ports.vectors,
    timeoutMs: limits.vectorsTimeoutMs,
  };

  const app = new Hono();
  const tooLarge = (c: Context) => c.json(body('USAGE', `The body is larger than ${limits.maxBodyBytes} bytes`), 413);
  app.get('/healthz', (c) => c.json({ status: 'ok' }));
  app.get('/v1/indexes/:index/live', async (c) => c.json(live(await routes.resolve(nameOf(c)))));
  app.post('/v1/indexes/:index/search', bodyLimit({ maxSize: limits.maxBodyBytes, onError: tooLarge }), async (c) => {
    const request = parseSearchRequest(await jsonOf(c), limits);
    const { signal } = c.req.raw;
    return c.json(await search(parts, { index: nameOf(c), request, signal }).catch(blameFilter(request.filter)));
  });
  app.notFound((c) => c.json(body('NOT_FOUND', `No ${c.req.method} ${c.req.path}`), 404));
  app.onError((error, c) => {
    const answer = errorAnswer(error);
    if (answer.status >= 500) options.onError?.(error, { method: c.req.method, path: c.req.path });
    if (answer.retryAfterSeconds !== undefined) c.header('Retry-After', String(answer.retryAfterSeconds));
    return c.json(answer.body, answer.status);
  });
  return app;
}

function nameOf(c: Context): ReturnType<typeof indexName> {
  return indexName(c.req.param('index') ?? '');
}

async function jsonOf(c: Context): Promise<unknown> {
  const text = await c.req.text();
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new LifecycleError('USAGE', `The body is not JSON: ${(cause as Error).message}`, { cause });
  }
}

function live({ row, version, collection }: Route): LiveAnswer {
  return {
    alias: row.alias,
    collection,
    vectorName: version.vectorName,
    version: version.number,
    epoch: row.liveEpoch,
    distance: version.identity.schema.distance,
    embedder: version.identity.embedder,
  };
}

/** Everything else in the request is ours: what the store refuses is the caller's filter, if there is one. */
function blameFilter(filter: unknown): (error: unknown) => never {
  return (error) => {
    if (filter === undefined || !(error instanceof LifecycleError) || error.code !== 'VECTORS_REFUSED') throw error;
    throw new LifecycleError('USAGE', `The vector store refused the filter: ${error.message}`, { cause: error });
  };
}
