import { LifecycleError } from '../../domain/errors.js';
import { chunkId, collectionName } from '../../domain/ids.js';
import type { ChunkId, CollectionName, VectorName } from '../../domain/ids.js';
import type { JsonObject, JsonValue } from '../../domain/json.js';
import type { PointGroup, ScoredPoint, StoredPoint } from '../../ports/vector-store.js';

/*
 * What a server answers is checked here, once. Vectors are checked in a plain loop: a schema library
 * takes longer for a page of them than the server takes to send it.
 */

type Fields = Readonly<Record<string, unknown>>;

export function fieldsOf(value: unknown, what: string): Fields {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Fields;
  throw misunderstood(what);
}

export function listOf(value: unknown, what: string): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw misunderstood(what);
}

export function stringOf(value: unknown, what: string): string {
  if (typeof value === 'string') return value;
  throw misunderstood(what);
}

export function numberOf(value: unknown, what: string): number {
  if (typeof value === 'number') return value;
  throw misunderstood(what);
}

/** @throws LifecycleError `VECTORS_INCOMPLETE` unless the write is applied. */
export function requireCompleted(result: unknown, what: string): void {
  const { status } = fieldsOf(result, what);
  if (status === 'completed') return;
  throw new LifecycleError('VECTORS_INCOMPLETE', `Vector store failed to ${what}: it answered "${String(status)}"`, {
    retryable: true,
    facts: { status: String(status) },
  });
}

/** @throws LifecycleError `VECTORS_INCOMPLETE` unless the answer is `true`. */
export function requireTrue(result: unknown, what: string): void {
  if (result === true) return;
  throw new LifecycleError('VECTORS_INCOMPLETE', `Vector store failed to ${what}: it answered ${String(result)}`, {
    retryable: true,
  });
}

export function readStored(value: unknown, vectorName: VectorName | undefined): StoredPoint {
  const { id, payload, vector } = fieldsOf(value, 'read a point');
  const components = vectorName === undefined ? undefined : vectorOf(vector, vectorName);
  return {
    id: readId(id),
    ...(components === undefined ? {} : { vector: components }),
    payload: payload === undefined || payload === null ? {} : (fieldsOf(payload, 'read a payload') as JsonObject),
  };
}

export function readScored(value: unknown): ScoredPoint {
  const { score } = fieldsOf(value, 'read a hit');
  return { ...readStored(value, undefined), score: numberOf(score, 'read a score') };
}

export function readGroup(value: unknown): PointGroup {
  const { id, hits } = fieldsOf(value, 'read a group');
  return { id: id as JsonValue, hits: listOf(hits, 'read the hits of a group').map(readScored) };
}

export function readId(value: unknown): ChunkId {
  if (typeof value === 'number') return chunkId(String(value));
  return chunkId(stringOf(value, 'read a point id'));
}

export const readName = (value: unknown): CollectionName => collectionName(stringOf(value, 'read a collection name'));

function vectorOf(vector: unknown, name: VectorName): Float32Array | undefined {
  if (vector === undefined || vector === null) return undefined;
  const components = fieldsOf(vector, 'read vectors')[name];
  if (components === undefined) return undefined;
  return Float32Array.from(listOf(components, 'read a vector'), (component) => numberOf(component, 'read a vector'));
}

const misunderstood = (what: string): LifecycleError =>
  new LifecycleError('VECTORS_UNAVAILABLE', `Vector store failed to ${what}: the answer is not Qdrant's`, {
    retryable: true,
    hint: 'Check that QDRANT_URL names a Qdrant, and that no proxy answers in its place.',
  });
