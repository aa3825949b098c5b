import { parseField } from '../../../domain/filter/parse-filter.js';
import { isJsonObject } from '../../../domain/filter/payload-path.js';
import type { PayloadPath } from '../../../domain/filter/payload-path.js';
import type { PointId } from '../../../domain/filter/point-id.js';
import { readContent } from '../engine/point-table.js';
import type { PayloadPlace } from '../engine/point-table.js';
import { parseExactly, RawJson } from '../json/exact-json.js';
import { dropFromPayload, keepOfPayload } from '../json/payload-text.js';
import { badFormat, translating } from '../refusal.js';
import type { PointContent } from '../storage/stored-payload.js';
import type { Fields } from './call.js';

/** What of a point an answer shows. */
export interface Shown {
  /** Takes a payload's JSON to what is shown of it; undefined to leave it out. */
  readonly payload: ((payload: string) => string) | undefined;
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
  if (shown.payload === undefined && shown.vectors === false) return { id: point.id };
  const content = readContent(point.place);
  return {
    id: point.id,
    ...(shown.payload === undefined ? {} : { payload: new RawJson(shown.payload(content.payload)) }),
    ...(shown.vectors === false ? {} : { vector: renderVectors(point.vectors ?? new Map(), content, shown.vectors) }),
  };
}

function renderVectors(
  dense: ReadonlyMap<string, Float32Array>,
  { sparse }: PointContent,
  wanted: true | ReadonlySet<string>,
): unknown {
  const others = sparse === undefined ? [] : Object.entries(parseExactly(sparse) as object);
  const unnamed = dense.get('');
  if (unnamed !== undefined && others.length === 0) return unnamed;
  const all: [string, unknown][] = [...dense, ...others];
  return Object.fromEntries(all.filter(([name]) => wanted === true || wanted.has(name)));
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

function including(names: readonly unknown[]): (payload: string) => string {
  const paths = pathsOf(names);
  return (payload) => keepOfPayload(payload, paths);
}

function excluding(names: readonly unknown[]): (payload: string) => string {
  const paths = pathsOf(names);
  return (payload) => dropFromPayload(payload, paths);
}

export const pathsOf = (names: readonly unknown[]): readonly PayloadPath[] =>
  names.map((name) => translating(() => parseField(name)).path);
