import { parseField } from '../../../domain/filter/parse-filter.js';
import type { PayloadPath } from '../../../domain/filter/payload-path.js';
import { isJsonObject } from '../../../domain/filter/payload-path.js';
import type { PointId } from '../../../domain/filter/point-id.js';
import type { JsonObject, JsonValue } from '../../../domain/json.js';
import { readPayload } from '../engine/point-table.js';
import type { PayloadPlace } from '../engine/point-table.js';
import { badFormat, translating } from '../refusal.js';
import type { Fields } from './call.js';

/** What of a point an answer shows. */
export interface Shown {
  /** Takes the payload as it is stored to what is shown of it; undefined to leave it out. */
  readonly payload: ((payload: JsonObject) => JsonObject) | undefined;
  /** Names of vectors; all for true. */
  readonly vectors: boolean | ReadonlySet<string>;
}

export function parseShown(body: Fields, payloadByDefault: boolean): Shown {
  return {
    payload: payloadView(body.with_payload ?? payloadByDefault),
    vectors: vectorView(body.with_vector ?? false),
  };
}

/** `id`, and payload and vectors as wanted. */
export function renderPoint(
  point: {
    readonly id: PointId;
    readonly place: PayloadPlace;
    readonly vectors?: ReadonlyMap<string, Float32Array>;
  },
  shown: Shown,
): Record<string, unknown> {
  return {
    id: point.id,
    ...(shown.payload === undefined ? {} : { payload: shown.payload(readPayload(point.place)) }),
    ...(shown.vectors === false ? {} : { vector: renderVectors(point.vectors ?? new Map(), shown.vectors) }),
  };
}

function renderVectors(
  vectors: ReadonlyMap<string, Float32Array>,
  wanted: true | ReadonlySet<string>,
): number[] | Record<string, number[]> {
  const unnamed = vectors.get('');
  if (unnamed !== undefined) return [...unnamed];
  const chosen = [...vectors].filter(([name]) => wanted === true || wanted.has(name));
  return Object.fromEntries(chosen.map(([name, vector]) => [name, [...vector]]));
}

function vectorView(value: unknown): boolean | ReadonlySet<string> {
  if (typeof value === 'boolean') return value;
  if (Array.isArray(value)) return new Set(value as string[]);
  throw badFormat('with_vector is neither a boolean nor a list of names');
}

function payloadView(value: unknown): Shown['payload'] {
  if (value === false) return undefined;
  if (value === true) return (payload) => payload;
  if (Array.isArray(value)) return including(value);
  if (isJsonObject(value) && Array.isArray(value.include)) return including(value.include);
  if (isJsonObject(value) && Array.isArray(value.exclude)) return excluding(value.exclude);
  throw badFormat('with_payload is neither a boolean, a list of keys, nor {include} or {exclude}');
}

function including(names: readonly unknown[]): (payload: JsonObject) => JsonObject {
  const paths = pathsOf(names);
  return (payload) => keep(payload, paths) as JsonObject;
}

function excluding(names: readonly unknown[]): (payload: JsonObject) => JsonObject {
  const paths = pathsOf(names);
  return (payload) => drop(payload, paths) as JsonObject;
}

const pathsOf = (names: readonly unknown[]): readonly PayloadPath[] =>
  names.map((name) => translating(() => parseField(name)).path);

/** The parts of a value that some path leads to; a path that ends here keeps all of it. */
function keep(value: JsonValue, paths: readonly PayloadPath[]): JsonValue {
  if (paths.some((path) => path.length === 0)) return value;
  if (Array.isArray(value)) return (value as JsonValue[]).map((one) => keep(one, below(paths, 'each')));
  if (!isJsonObject(value)) return value;
  const kept: [string, JsonValue][] = [];
  for (const [key, child] of Object.entries(value)) {
    const deeper = below(paths, key);
    if (deeper.length > 0) kept.push([key, keep(child, deeper)]);
  }
  return Object.fromEntries(kept);
}

function drop(value: JsonValue, paths: readonly PayloadPath[]): JsonValue {
  if (paths.length === 0) return value;
  if (Array.isArray(value)) return (value as JsonValue[]).map((one) => drop(one, below(paths, 'each')));
  if (!isJsonObject(value)) return value;
  const left: [string, JsonValue][] = [];
  for (const [key, child] of Object.entries(value)) {
    const deeper = below(paths, key);
    if (!deeper.some((path) => path.length === 0)) left.push([key, drop(child, deeper)]);
  }
  return Object.fromEntries(left);
}

/** What is left of the paths that begin with this step. */
const below = (paths: readonly PayloadPath[], step: string): readonly PayloadPath[] =>
  paths
    .filter(([first]) => (step === 'each' ? first === 'each' : typeof first === 'object' && first.key === step))
    .map((path) => path.slice(1));
