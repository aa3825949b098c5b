import { parseFilter } from '../../../domain/filter/parse-filter.js';
import { parsePointId } from '../../../domain/filter/point-id.js';
import type { PointId } from '../../../domain/filter/point-id.js';
import { isJsonObject } from '../../../domain/filter/payload-path.js';
import type { JsonObject } from '../../../domain/json.js';
import type { Resolved } from '../engine/vector-database.js';
import type { PointInput, Target, Upsert } from '../engine/write-points.js';
import { writeJson } from '../json/exact-json.js';
import type { Located } from '../json/located.js';
import { badFormat, translating, wrongInput } from '../refusal.js';
import { payloadValue } from '../storage/stored-payload.js';
import { fields, isGiven, list, oneOf } from './call.js';
import type { Fields } from './call.js';
import { parseVectors, vectorSpace } from './vectors-body.js';
import type { VectorSpace } from './vectors-body.js';

/** Both layouts of an upsert; everything is checked before anything is written. */
export function parseUpsert(body: Located, resolved: Resolved): Upsert {
  const { points, batch, update_mode: mode, update_filter: filter } = Object.fromEntries(body.members());
  const space = vectorSpace(resolved);
  if (points === undefined && batch === undefined) throw badFormat('missing field `points`');
  return {
    points: batch === undefined ? parseRows(points as Located, space) : parseBatch(batch, space),
    mode: isGiven(mode?.value) ? oneOf(mode?.value, 'update_mode', MODES) : 'upsert',
    ...(isGiven(filter?.value) ? { updateFilter: translating(() => parseFilter(filter?.exact)) } : {}),
  };
}

const MODES = ['upsert', 'insert_only', 'update_only'] as const;

/** Points by id or by filter. */
export function parseTarget(body: Fields): Target {
  if (Array.isArray(body.points)) return { ids: body.points.map(parseId) };
  if (isGiven(body.filter)) return { filter: translating(() => parseFilter(body.filter)) };
  throw badFormat('data did not match any variant of untagged enum PointsSelector');
}

export function parseId(value: unknown): PointId {
  const id = parsePointId(value);
  if (id !== undefined) return id;
  throw badFormat(
    `value ${writeJson(value)} is not a valid point ID, valid values are either an unsigned integer or a UUID`,
  );
}

// Beyond a double: JSON may say so, Qdrant does not read it.
const MAY_OVERFLOW = /e\+?\d{3}|\d{300}/i;

/** A payload's JSON; an empty one for none. */
export function parsePayload(value: Located | undefined): string {
  if (value === undefined || value.value === null) return '{}';
  if (!isJsonObject(value.value)) throw badFormat('payload is not an object');
  if (MAY_OVERFLOW.test(value.text) && hasInfinity(value.value)) throw badFormat('number out of range');
  return value.text;
}

function hasInfinity(value: unknown): boolean {
  if (typeof value === 'number') return !Number.isFinite(value);
  return typeof value === 'object' && value !== null && Object.values(value).some(hasInfinity);
}

function parseRows(points: Located, space: VectorSpace): readonly PointInput[] {
  list(points.value, 'points');
  return points.elements().map((point) => {
    fields(point.value, 'point');
    const { id, vector, payload } = Object.fromEntries(point.members());
    if (id === undefined) throw badFormat('missing field `id`');
    if (vector === undefined) throw badFormat('missing field `vector`');
    return pointInput(id, vector.value, { payload, space });
  });
}

/** Columns: one list each of ids, vectors and payloads. */
function parseBatch(batch: Located, space: VectorSpace): readonly PointInput[] {
  fields(batch.value, 'batch');
  const { ids, vectors, payloads } = Object.fromEntries(batch.members());
  const count = list(ids?.value, 'ids').length;
  const rows = Array.isArray(vectors?.value) ? vectors.value : transpose(fields(vectors?.value, 'vectors'), count);
  const contents = isGiven(payloads?.value) ? list(payloads?.value, 'payloads').length : count;
  if (rows.length !== count || contents !== count) {
    throw wrongInput('number of ids, vectors and payloads must be equal');
  }
  const payloadList = payloads?.elements() ?? [];
  return (ids?.elements() ?? []).map((id, i) => pointInput(id, rows[i], { payload: payloadList[i], space }));
}

function transpose(byName: Fields, count: number): readonly Fields[] {
  const named = Object.entries(byName).map(([name, vectors]) => [name, list(vectors, name)] as const);
  if (named.some(([, vectors]) => vectors.length !== count)) {
    throw wrongInput('number of ids and vectors must be equal');
  }
  return Array.from({ length: count }, (_, i) =>
    Object.fromEntries(named.map(([name, vectors]) => [name, vectors[i]])),
  );
}

function pointInput(
  id: Located,
  vector: unknown,
  { payload, space }: { readonly payload: Located | undefined; readonly space: VectorSpace },
): PointInput {
  const { dense, sparse } = parseVectors(vector, space);
  const content = { payload: parsePayload(payload), sparse };
  return { id: parseId(id.exact), vectors: dense, content, payloadValue: valueOf(payload, content.payload) };
}

// Sixteen digits: the one thing in which the value that is there already may differ from what filters need.
const LONG_NUMBER = /\d{16}/;

const valueOf = (payload: Located | undefined, text: string): JsonObject =>
  isGiven(payload?.value) && !LONG_NUMBER.test(text) ? (payload?.value as JsonObject) : payloadValue({ payload: text });
