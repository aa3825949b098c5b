import { parseFilter } from '../../../domain/filter/parse-filter.js';
import { isJsonObject } from '../../../domain/filter/payload-path.js';
import { parsePointId } from '../../../domain/filter/point-id.js';
import type { PointId } from '../../../domain/filter/point-id.js';
import type { JsonObject } from '../../../domain/json.js';
import { prepareVector } from '../engine/vector-column.js';
import type { VectorColumn } from '../engine/vector-column.js';
import type { PointInput, Target, Upsert } from '../engine/write-points.js';
import { badFormat, translating, unsupported, wrongInput } from '../refusal.js';
import { fields, list, oneOf } from './call.js';
import type { Fields } from './call.js';

type Columns = ReadonlyMap<string, VectorColumn>;

/** Both layouts of an upsert; everything is checked before anything is written. */
export function parseUpsert(body: unknown, columns: Columns): Upsert {
  const { points, batch, update_mode: mode, update_filter: filter } = fields(body, 'body');
  if (points === undefined && batch === undefined) throw badFormat('missing field `points`');
  return {
    points: batch === undefined ? parseRows(points, columns) : parseBatch(batch, columns),
    mode: mode === undefined || mode === null ? 'upsert' : oneOf(mode, 'update_mode', MODES),
    ...(isGiven(filter) ? { updateFilter: translating(() => parseFilter(filter)) } : {}),
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
    `value ${JSON.stringify(value)} is not a valid point ID, valid values are either an unsigned integer or a UUID`,
  );
}

/** A vector as it would be stored in this column. @throws {Refusal} 400 for a wrong size or a component that is no float32 */
export function parseVector(value: unknown, column: VectorColumn): Float32Array {
  if (!Array.isArray(value)) throw unsupported('a vector that is no list of numbers (sparse, multi, inference)');
  const { size, distance } = column.params;
  if (value.length !== size) {
    throw wrongInput(`Vector dimension error: expected dim: ${size}, got ${value.length}`);
  }
  const vector = new Float32Array(size);
  for (let i = 0; i < size; i += 1) {
    const component: unknown = value[i];
    if (typeof component !== 'number') throw badFormat(`component ${i} of a vector is not a number`);
    vector[i] = component;
    if (!Number.isFinite(vector[i])) throw wrongInput(`component ${i} of a vector is beyond float32`);
  }
  return prepareVector(vector, distance);
}

export function columnOf(columns: Columns, name: string): VectorColumn {
  const column = columns.get(name);
  if (column === undefined) throw wrongInput(`Not existing vector name error: ${name}`);
  return column;
}

export function parsePayload(value: unknown): JsonObject {
  if (!isGiven(value)) return {};
  if (isJsonObject(value)) return value;
  throw badFormat('payload is not an object');
}

function parseRows(points: unknown, columns: Columns): readonly PointInput[] {
  return list(points, 'points').map((point) => {
    const { id, vector, payload } = fields(point, 'point');
    if (vector === undefined) throw badFormat('missing field `vector`');
    return { id: parseId(id), vectors: parseVectors(vector, columns), payload: parsePayload(payload) };
  });
}

/** Columns: one list each of ids, vectors and payloads. */
function parseBatch(batch: unknown, columns: Columns): readonly PointInput[] {
  const { ids, vectors, payloads } = fields(batch, 'batch');
  const idList = list(ids, 'ids').map(parseId);
  const payloadList = isGiven(payloads) ? list(payloads, 'payloads') : undefined;
  const vectorRows = Array.isArray(vectors) ? vectors : transpose(fields(vectors, 'vectors'), idList.length);
  if (vectorRows.length !== idList.length || (payloadList ?? idList).length !== idList.length) {
    throw wrongInput('number of ids, vectors and payloads must be equal');
  }
  return idList.map((id, i) => ({
    id,
    vectors: parseVectors(vectorRows[i], columns),
    payload: parsePayload(payloadList?.[i]),
  }));
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

function parseVectors(value: unknown, columns: Columns): ReadonlyMap<string, Float32Array> {
  const named = Array.isArray(value) ? [['', value] as const] : Object.entries(fields(value, 'vector'));
  return new Map(named.map(([name, vector]) => [name, parseVector(vector, columnOf(columns, name))]));
}

const isGiven = (value: unknown): boolean => value !== undefined && value !== null;
