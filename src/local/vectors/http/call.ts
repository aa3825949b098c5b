import type { VectorDatabase } from '../engine/vector-database.js';
import { writeJson } from '../json/exact-json.js';
import type { Located } from '../json/located.js';
import { badFormat, invalid, Refusal, unsupported } from '../refusal.js';

/** A request, parsed as far as is the same for all. */
export interface Call {
  readonly database: VectorDatabase;
  /** Parts of the path that the route left open, decoded. */
  readonly params: readonly string[];
  readonly query: URLSearchParams;
  /** Undefined without a body. */
  readonly body: Located | undefined;
  /** Whether the caller has left: nobody will read the answer. */
  isAbandoned(): boolean;
}

/** Answers with the envelope's `result`; a string is the whole answer, as plain text. */
export type Handler = (call: Call) => Promise<unknown>;

export interface Route {
  readonly method: 'GET' | 'PUT' | 'POST' | 'PATCH' | 'DELETE';
  /** `*` stands for one open part. */
  readonly path: string;
  /** What a read-only key may ask for. GET is always such a call. */
  readonly reads?: true;
  readonly handle: Handler;
}

/** The open part of a collection route. */
export const nameOf = (call: Call): string => call.params[0] as string;

/** Seconds a caller gives a change; undefined when it said nothing. @throws {Refusal} 422 below 1 */
export function timeoutSeconds(call: Call, least: 0 | 1): number | undefined {
  const text = call.query.get('timeout');
  if (text === null) return undefined;
  if (!/^\d+$/.test(text)) throw new Refusal(400, `Format error in query parameters: timeout: invalid digit`);
  const seconds = Number(text);
  if (seconds < least) throw invalid(`timeout: value ${seconds} invalid, must be 1 or larger`);
  return seconds;
}

export const isFlagSet = (call: Call, name: string): boolean => call.query.get(name) === 'true';

/** The body's fields, integers beyond 2^53 as bigints. @throws {Refusal} 400 */
export const bodyFields = (call: Call): Fields => fields(bodyOf(call).exact, 'body');

/** @throws {Refusal} 400 */
export function bodyOf({ body }: Call): Located {
  if (body === undefined) throw badFormat('EOF while parsing a value at line 1 column 0');
  return body;
}

export type Fields = Readonly<Record<string, unknown>>;

export function fields(value: unknown, what: string): Fields {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Fields;
  throw badFormat(`${what} is not an object`);
}

export function text(value: unknown, what: string): string {
  if (typeof value === 'string') return value;
  throw value === undefined ? badFormat(`missing field \`${what}\``) : badFormat(`${what} is not a string`);
}

export function list(value: unknown, what: string): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw value === undefined ? badFormat(`missing field \`${what}\``) : badFormat(`${what} is not a list`);
}

/** An integer ≥ `least`, or `otherwise` when absent. @throws {Refusal} 422 below, 400 for anything else */
export function integer(value: unknown, what: string, bounds: { least: number; otherwise: number }): number {
  if (value === undefined || value === null) return bounds.otherwise;
  if (!Number.isSafeInteger(value)) throw badFormat(`${what} is not an integer`);
  if ((value as number) < bounds.least) {
    throw invalid(`${what}: value ${value as number} invalid, must be ${bounds.least} or larger`);
  }
  return value as number;
}

export const isGiven = (value: unknown): boolean => value !== undefined && value !== null;

/** @throws {Refusal} 400 for the first of these fields that is given: one we do not know must not be passed over */
export function refuseFields(body: Fields, names: readonly string[]): void {
  const name = names.find((one) => isGiven(body[one]));
  if (name !== undefined) throw unsupported(name);
}

export function oneOf<T extends string>(value: unknown, what: string, known: readonly T[]): T {
  if (known.includes(value as T)) return value as T;
  throw badFormat(`${what}: unknown variant ${writeJson(value)}, expected one of ${known.join(', ')}`);
}
