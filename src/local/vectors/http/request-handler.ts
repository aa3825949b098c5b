import type { IncomingMessage, ServerResponse } from 'node:http';
import { performance } from 'node:perf_hooks';

import type { VectorDatabase } from '../engine/vector-database.js';
import { writeJson } from '../json/exact-json.js';
import { Refusal } from '../refusal.js';
import { authorize } from './authorize.js';
import type { ApiKeys } from './authorize.js';
import type { Call } from './call.js';
import { renderMetrics } from './metrics.js';
import { readBody } from './read-body.js';
import { findRoute } from './router.js';

/** The Qdrant version whose REST dialect this is; clients compare it with their own. */
export const SPOKEN_VERSION = '1.18.3';

export const TITLE = 'cutover embedded vector server';

export type RequestHandler = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/** Answer requests in Qdrant's envelope. Never rejects. */
export function requestHandler(database: VectorDatabase, keys: ApiKeys): RequestHandler {
  return async (request, response) => {
    const started = performance.now();
    try {
      const { status, content } = await answerOf(request, { database, keys, isAbandoned: () => response.destroyed });
      send(response, status, content instanceof Success ? content.within(secondsSince(started)) : content);
    } catch (error) {
      // Whoever sent half a request and left is no longer there to be told.
      const { status, message } = refusalOf(error);
      send(response, status, { status: { error: message }, time: secondsSince(started) });
    }
  };
}

interface Answer {
  readonly status: number;
  /** Text, or an object to be written as JSON. */
  readonly content: string | object;
}

/** Qdrant's envelope of a success, but for the time it took. */
class Success {
  constructor(private readonly result: unknown) {}

  within(seconds: number): object {
    return { result: this.result, status: 'ok', time: seconds };
  }
}

async function answerOf(
  request: IncomingMessage,
  { database, keys, isAbandoned }: Pick<Call, 'database' | 'isAbandoned'> & { readonly keys: ApiKeys },
): Promise<Answer> {
  const { pathname, searchParams } = urlOf(request);
  const method = request.method ?? 'GET';
  const open = method === 'GET' ? openAnswer(database, pathname) : undefined;
  if (open !== undefined) return { status: 200, content: open };
  const found = routeOrRefusal(method, pathname);
  // Who has no key does not learn what there is.
  const refusal = authorize(
    request,
    keys,
    method === 'GET' || (!(found instanceof Refusal) && found.route.reads === true),
  );
  if (refusal !== undefined) return { status: 401, content: refusal };
  if (method === 'GET' && pathname === '/metrics') {
    return { status: 200, content: renderMetrics(database, { title: TITLE, version: SPOKEN_VERSION }) };
  }
  if (found instanceof Refusal) throw found;
  const body = await readBody(request);
  const result = await found.route.handle({ database, params: found.params, query: searchParams, body, isAbandoned });
  return { status: 200, content: new Success(result) };
}

function urlOf({ url }: IncomingMessage): URL {
  try {
    return new URL(url ?? '/', 'http://local');
  } catch {
    throw new Refusal(400, `Wrong input: ${JSON.stringify(url)} is not a path`);
  }
}

function routeOrRefusal(method: string, pathname: string): ReturnType<typeof findRoute> | Refusal {
  try {
    return findRoute(method, pathname);
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
}

/** What is answered without a key. */
function openAnswer(database: VectorDatabase, pathname: string): Answer['content'] | undefined {
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

// What the system says when a file cannot grow: no space, no quota, a limit on its size.
const DISK_FULL: ReadonlySet<unknown> = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);

function refusalOf(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  const { message, code } = error as NodeJS.ErrnoException;
  if (DISK_FULL.has(code)) return new Refusal(507, `Service internal error: No space left on device: ${message}`);
  return new Refusal(500, `Service internal error: ${message}`);
}

function send(response: ServerResponse, status: number, body: string | object): void {
  // The caller may be gone: what it asked for has happened all the same.
  if (response.destroyed || response.headersSent) return;
  const content = Buffer.from(typeof body === 'string' ? body : writeJson(body));
  response.writeHead(status, {
    'content-type': typeof body === 'string' ? 'text/plain; charset=utf-8' : 'application/json',
    'content-length': content.length,
  });
  response.end(content);
}

const secondsSince = (started: number): number => (performance.now() - started) / 1000;
