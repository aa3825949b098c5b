import type { Filter } from '../../../domain/filter/filter.js';
import type { PointId } from '../../../domain/filter/point-id.js';
import type { JsonObject } from '../../../domain/json.js';
import { noPoint } from '../refusal.js';
import { encodeContent } from '../storage/stored-payload.js';
import type { PointContent } from '../storage/stored-payload.js';
import { Breather } from './breather.js';
import type { Change, Collection } from './collection.js';
import { selectSlots, slotTest } from './select.js';
import type { SlotTest } from './select.js';

export interface PointInput {
  readonly id: PointId;
  /** Checked against the collection, and as stored: normalised for Cosine. */
  readonly vectors: ReadonlyMap<string, Float32Array>;
  readonly content: PointContent;
  /** The payload as filters see it, for indexes. */
  readonly payloadValue: JsonObject;
}

export interface Upsert {
  readonly points: readonly PointInput[];
  readonly mode: 'upsert' | 'insert_only' | 'update_only';
  /** Points that are there are only replaced when they match; new ones are inserted regardless. */
  readonly updateFilter?: Filter;
}

export type Target = { readonly ids: readonly PointId[] } | { readonly filter: Filter };

// Filters are held against thousands of points, then changed in pieces that leave the event loop room.
const PIECE = 512;

/** @returns the number of the operation */
export async function upsertPoints(collection: Collection, upsert: Upsert): Promise<number> {
  await collection.writable();
  const operation = collection.nextOperation();
  const test = slotTest(collection.table, upsert.updateFilter);
  let changes: Change[] = [];
  let ids = new Set<PointId>();
  for (const point of upsert.points) {
    if (ids.has(point.id)) {
      // The same id again in one request: it must see the outcome of the first.
      collection.apply(operation, changes);
      changes = [];
      ids = new Set();
    }
    if (!isWritten(collection, upsert, { id: point.id, test })) continue;
    ids.add(point.id);
    changes.push(put(point, operation));
  }
  collection.apply(operation, changes);
  return operation;
}

export async function deletePoints(collection: Collection, target: Target): Promise<number> {
  await collection.writable();
  const operation = collection.nextOperation();
  await inPieces(collection, target, (ids) => {
    const present = ids.filter((id) => collection.table.slotOf(id) !== undefined);
    collection.apply(
      operation,
      present.map((id) => ({ kind: 'delete', id })),
    );
  });
  return operation;
}

/**
 * Change payloads.
 *
 * @param change  Gets a payload's JSON and returns the new one.
 * @throws {Refusal} 404 for an unknown id, when the known ones are changed already: so does Qdrant.
 */
export async function writePayload(
  collection: Collection,
  target: Target,
  change: (payload: string) => string,
): Promise<number> {
  await collection.writable();
  const operation = collection.nextOperation();
  let unknown: PointId | undefined;
  await inPieces(collection, target, (ids) => {
    const changes: Change[] = [];
    for (const id of new Set(ids)) {
      const slot = collection.table.slotOf(id);
      if (slot === undefined) unknown ??= id;
      else {
        const before = collection.table.contentAt(slot);
        const after = { ...before, payload: change(before.payload) };
        changes.push({ kind: 'payload', id, version: operation, payload: encodeContent(after) });
      }
    }
    collection.apply(operation, changes);
  });
  if (unknown !== undefined && 'ids' in target) throw noPoint(unknown);
  return operation;
}

function isWritten(
  collection: Collection,
  { mode, updateFilter }: Upsert,
  point: { readonly id: PointId; readonly test: SlotTest },
): boolean {
  const slot = collection.table.slotOf(point.id);
  if (slot === undefined) return mode !== 'update_only';
  if (mode === 'insert_only') return false;
  return updateFilter === undefined || point.test(slot);
}

/** Hand over the ids of a target, a piece at a time; what a filter found is tested again if anybody wrote meanwhile. */
async function inPieces(
  collection: Collection,
  target: Target,
  change: (ids: readonly PointId[]) => void,
): Promise<void> {
  const { table } = collection;
  const breather = new Breather();
  const ids = 'ids' in target ? target.ids : await idsOf(collection, target.filter);
  const test = slotTest(table, 'ids' in target ? undefined : target.filter);
  const stillMatches = (id: PointId): boolean => {
    const slot = table.slotOf(id);
    return slot !== undefined && test(slot);
  };
  let seen = table.changes;
  for (let start = 0; start < ids.length; start += PIECE) {
    await breather.pause();
    await collection.writable();
    const piece = ids.slice(start, start + PIECE);
    change('ids' in target || table.changes === seen ? piece : piece.filter(stillMatches));
    seen = table.changes;
  }
}

async function idsOf({ table }: Collection, filter: Filter): Promise<readonly PointId[]> {
  const slots = await selectSlots(table, filter);
  return slots.flatMap((slot) => table.idAt(slot) ?? []);
}

const put = (point: PointInput, version: number): Change => ({
  kind: 'put',
  id: point.id,
  version,
  vectors: point.vectors,
  payload: encodeContent(point.content),
  payloadValue: point.payloadValue,
});
