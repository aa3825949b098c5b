import { Refusal } from '../refusal.js';
import type { Route } from './call.js';
import { collectionRoutes } from './collection-routes.js';
import { pointRoutes } from './point-routes.js';
import { queryRoutes } from './query-routes.js';
import { unserved } from './unserved-routes.js';
import { updateRoutes } from './update-routes.js';

// More special routes first: a `*` would swallow their fixed part.
const ROUTES = [...pointRoutes, ...updateRoutes, ...queryRoutes, ...collectionRoutes].sort(
  (a, b) => openParts(a.path) - openParts(b.path),
);

export interface Found {
  readonly route: Route;
  /** Parts of the path that the route left open, decoded. */
  readonly params: readonly string[];
}

/** @throws {Refusal} 501 for what Qdrant has and we have not, 404 for anything else, 400 for a broken name */
export function findRoute(method: string, pathname: string): Found {
  const parts = pathname.split('/');
  for (const route of ROUTES) {
    const params = route.method === method ? matchPath(route.path.split('/'), parts) : undefined;
    if (params !== undefined) return { route, params };
  }
  throw unserved(method, pathname);
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
