import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { performance } from 'node:perf_hooks';

import type { VectorDatabase } from '../engine/vector-database.js';
import { Refusal } from '../refusal.js';
import type { Route } from './call.js';
import { collectionRoutes, noRoute } from './collection-routes.js';
import { pointRoutes } from './point-routes.js';
import { queryRoutes } from './query-routes.js';
import { readJson } from './read-body.js';

// More special routes first: a `*` would swallow their fixed part.
const ROUTES = [...pointRoutes, ...queryRoutes, ...collectionRoutes].sort(
  (a, b) => openParts(a.path) - openParts(b.path),
);

/** The Qdrant version whose REST dialect this is; clients compare it with their own. */
export const SPOKEN_VERSION = '1.18.3';

export const TITLE = 'cutover embedded vector server';

export type RequestHandler = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/** Answer requests in Qdrant's envelope. Never rejects. */
export function requestHandler(database: VectorDatabase, apiKey: string | undefined): RequestHandler {
  return async (request, response) => {
    const started = performance.now();
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://local');
    try {
      const open = openAnswer(database, pathname);
      if (open !== undefined && request.method === 'GET') return send(response, 200, open);
      const refusal = authorize(request, apiKey);
      if (refusal !== undefined) return send(response, 401, refusal);
      const { route, params } = findRoute(request.method ?? 'GET', pathname);
      const body = await readJson(request);
      const result = await route.handle({ database, params, query: searchParams, body });
      send(response, 200, { result, status: 'ok', time: secondsSince(started) });
    } catch (error) {
      const { status, message } = refusalOf(error);
      send(response, status, { status: { error: message }, time: secondsSince(started) });
    }
  };
}

/** What is answered without a key. */
function openAnswer(database: VectorDatabase, pathname: string): string | object | undefined {
  switch (pathname) {
    case '/':
      return { title: TITLE, version: SPOKEN_VERSION, store_id: database.storeId };
    case '/healthz':
      return 'healthz check passed';
    case '/livez':
      return 'livez check passed';
    case '/readyz':
      return 'all shards are ready';
    default:
      return undefined;
  }
}

function authorize(request: IncomingMessage, apiKey: string | undefined): string | undefined {
  if (apiKey === undefined) return undefined;
  const bearer = /^Bearer (.*)$/.exec(request.headers.authorization ?? '')?.[1];
  const given = request.headers['api-key'] ?? bearer;
  if (typeof given !== 'string') return 'Must provide an API key or an Authorization bearer token';
  return timingSafeEqual(digest(given), digest(apiKey)) ? undefined : 'Invalid API key or JWT';
}

// Compared by digest: equal lengths are what a comparison in constant time asks for.
const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

function findRoute(method: string, pathname: string): { readonly route: Route; readonly params: readonly string[] } {
  const parts = pathname.split('/');
  for (const route of ROUTES) {
    const params = route.method === method ? matchPath(route.path.split('/'), parts) : undefined;
    if (params !== undefined) return { route, params };
  }
  throw noRoute(method, pathname);
}

function matchPath(pattern: readonly string[], parts: readonly string[]): readonly string[] | undefined {
  if (pattern.length !== parts.length) return undefined;
  const params: string[] = [];
  for (const [i, expected] of pattern.entries()) {
    const part = parts[i] as string;
    if (expected === '*' && part !== '') params.push(decode(part));
    else if (expected !== part) return undefined;
  }
  return params;
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw new Refusal(400, `Wrong input: ${part} is not a percent-encoded name`);
  }
}

function openParts(path: string): number {
  return path.split('*').length - 1;
}

function refusalOf(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  return new Refusal(500, `Service internal error: ${(error as Error).message}`);
}

function send(response: ServerResponse, status: number, body: string | object): void {
  // The caller may be gone: what it asked for has happened all the same.
  if (response.destroyed || response.headersSent) return;
  const content = Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
  response.writeHead(status, {
    'content-type': typeof body === 'string' ? 'text/plain; charset=utf-8' : 'application/json',
    'content-length': content.length,
  });
  response.end(content);
}

const secondsSince = (started: number): number => (performance.now() - started) / 1000;
