import { isJsonObject } from '../../../domain/filter/payload-path.js';
import { prepareVector } from '../engine/vector-column.js';
import type { VectorColumn } from '../engine/vector-column.js';
import type { Resolved } from '../engine/vector-database.js';
import { badFormat, invalid, unsupported, wrongInput } from '../refusal.js';
import { fields, list } from './call.js';

/** The vectors a collection's points may have. */
export interface VectorSpace {
  /** Dense ones by name; a single unnamed one is called ''. */
  readonly columns: ReadonlyMap<string, VectorColumn>;
  /** Names of sparse ones, which are kept and shown, not searched. */
  readonly sparse: ReadonlySet<string>;
}

export function vectorSpace({ record, collection }: Resolved): VectorSpace {
  const sparse = record.sections.sparse_vectors;
  return { columns: collection.table.columns, sparse: new Set(isJsonObject(sparse) ? Object.keys(sparse) : []) };
}

/** Vectors of one point: dense ones as they would be stored, sparse ones as JSON. */
export function parseVectors(
  value: unknown,
  { columns, sparse }: VectorSpace,
): { readonly dense: ReadonlyMap<string, Float32Array>; readonly sparse: string | undefined } {
  const named = Array.isArray(value) ? [['', value] as const] : Object.entries(fields(value, 'vector'));
  const dense = new Map<string, Float32Array>();
  const others: [string, unknown][] = [];
  for (const [name, vector] of named) {
    if (sparse.has(name)) others.push([name, parseSparse(vector)]);
    else dense.set(name, parseVector(vector, columnOf(columns, name)));
  }
  return { dense, sparse: others.length === 0 ? undefined : JSON.stringify(Object.fromEntries(others)) };
}

/** A vector as it would be stored in this column. @throws {Refusal} 400 for a wrong size or a component that is no float32 */
export function parseVector(value: unknown, column: VectorColumn): Float32Array {
  if (!Array.isArray(value)) throw unsupported('a vector that is no list of numbers (sparse, multi, inference)');
  if (Array.isArray(value[0])) throw unsupported('a multi vector');
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

/** @throws {Refusal} 400 */
export function columnOf(columns: ReadonlyMap<string, VectorColumn>, name: string): VectorColumn {
  const column = columns.get(name);
  if (column === undefined) throw wrongInput(`Not existing vector name error: ${name}`);
  return column;
}

const U32_MAX = 2 ** 32 - 1;

/** Sorted by index, values rounded to float32, as Qdrant keeps it. */
function parseSparse(value: unknown): { readonly indices: number[]; readonly values: number[] } {
  const body = fields(value, 'sparse vector');
  const [indices, values] = [list(body.indices, 'indices'), list(body.values, 'values')];
  if (indices.length !== values.length) throw invalid('values: must be the same length as indices');
  if (new Set(indices).size !== indices.length) throw invalid('indices: must be unique');
  const pairs = indices.map((index, i) => [sparseIndex(index), sparseValue(values[i])] as const);
  pairs.sort(([a], [b]) => a - b);
  return { indices: pairs.map(([index]) => index), values: pairs.map(([, one]) => one) };
}

function sparseIndex(value: unknown): number {
  if (Number.isInteger(value) && (value as number) >= 0 && (value as number) <= U32_MAX) return value as number;
  throw badFormat('an index of a sparse vector is not a u32');
}

function sparseValue(value: unknown): number {
  if (typeof value !== 'number') throw badFormat('a value of a sparse vector is not a number');
  if (!Number.isFinite(Math.fround(value))) throw wrongInput('a value of a sparse vector is beyond float32');
  return Math.fround(value);
}
