import canonicalize from 'canonicalize';
import { isWellFormed } from '../corpus/well-formed.js';

// The package is CommonJS and its types are not: what arrives is the function itself, not a namespace with a default.
const serialize = canonicalize as unknown as (value: unknown) => string | undefined;

/** Deeper values would overflow the stack of whoever reads them back. */
const MAX_DEPTH = 200;

/**
 * One spelling for one value: keys sorted, no white space, numbers as ECMAScript writes them. Digests of
 * identities, payloads and reports are taken over it.
 *
 * @param value  Plain JSON data; members that are `undefined` are left out.
 * @throws {TypeError} for anything JSON cannot carry unchanged: non-finite numbers, lone surrogates,
 *   functions, symbols, bigints, class instances, values nested deeper than 200.
 * @see RFC 8785, JSON Canonicalization Scheme
 */
export function canonicalJson(value: unknown): string {
  requireJson(value, '$', 0);
  const text = serialize(value);
  if (text === undefined) throw new TypeError('Not JSON: the value is undefined');
  return text;
}

function requireJson(value: unknown, path: string, depth: number): void {
  if (depth > MAX_DEPTH) throw new TypeError(`Not JSON at ${path.slice(0, 80)}: nested deeper than ${MAX_DEPTH}`);
  if (value === null || typeof value === 'boolean') return;
  if (typeof value === 'string') return requireWellFormed(value, path);
  if (typeof value === 'object') return requireMembers(value, path, depth);
  if (typeof value !== 'number') throw new TypeError(`Not JSON at ${path}: a value of type ${typeof value}`);
  if (!Number.isFinite(value)) throw new TypeError(`Not JSON at ${path}: ${value} is not finite`);
}

function requireMembers(value: object, path: string, depth: number): void {
  if (Array.isArray(value)) {
    value.forEach((item, index) => requireJson(item, `${path}[${index}]`, depth + 1));
    return;
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) {
    throw new TypeError(`Not JSON at ${path}: a ${value.constructor.name}`);
  }
  for (const [key, member] of Object.entries(value)) {
    requireWellFormed(key, path);
    if (member !== undefined) requireJson(member, `${path}.${key}`, depth + 1);
  }
}

function requireWellFormed(text: string, path: string): void {
  if (!isWellFormed(text)) throw new TypeError(`Not JSON at ${path}: the text holds a lone surrogate`);
}
