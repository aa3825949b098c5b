import type { VectorDatabase } from '../engine/vector-database.js';
import { badFormat, invalid, Refusal } from '../refusal.js';

/** A request, parsed as far as is the same for all. */
export interface Call {
  readonly database: VectorDatabase;
  /** Parts of the path that the route left open, decoded. */
  readonly params: readonly string[];
  readonly query: URLSearchParams;
  /** Parsed JSON; undefined without a body. */
  readonly body: unknown;
}

/** Answers with the envelope's `result`. */
export type Handler = (call: Call) => Promise<unknown>;

export interface Route {
  readonly method: 'GET' | 'PUT' | 'POST' | 'PATCH' | 'DELETE';
  /** `*` stands for one open part. */
  readonly path: string;
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

export function oneOf<T extends string>(value: unknown, what: string, known: readonly T[]): T {
  if (known.includes(value as T)) return value as T;
  throw badFormat(`${what}: unknown variant ${JSON.stringify(value)}, expected one of ${known.join(', ')}`);
}
