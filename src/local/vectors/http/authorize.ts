import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

import { Refusal } from '../refusal.js';

export interface ApiKeys {
  readonly apiKey?: string | undefined;
  /** May read, and only that. */
  readonly readOnlyApiKey?: string | undefined;
}

/**
 * Whether the caller may do this. Keys come in the header `api-key` or as a bearer token.
 *
 * @returns the text of a 401, which carries no envelope in Qdrant either; undefined when it may
 * @throws {Refusal} 403 when the key is good for reading only
 */
export function authorize(request: IncomingMessage, keys: ApiKeys, reads: boolean): string | undefined {
  if (keys.apiKey === undefined && keys.readOnlyApiKey === undefined) return undefined;
  const given = keyOf(request);
  if (given === undefined) return 'Must provide an API key or an Authorization bearer token';
  if (isSame(given, keys.apiKey)) return undefined;
  if (!isSame(given, keys.readOnlyApiKey)) return 'Invalid API key or JWT';
  if (!reads) throw new Refusal(403, 'Forbidden: Global manage access is required');
  return undefined;
}

function keyOf({ headers }: IncomingMessage): string | undefined {
  const key = headers['api-key'];
  if (typeof key === 'string') return key;
  return /^Bearer (.*)$/i.exec(headers.authorization ?? '')?.[1];
}

// Compared by digest: equal lengths are what a comparison in constant time asks for.
const isSame = (given: string, key: string | undefined): boolean =>
  key !== undefined && timingSafeEqual(digest(given), digest(key));

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
