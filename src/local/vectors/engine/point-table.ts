import type { Field, Scalar } from '../../../domain/filter/filter.js';
import type { PointId } from '../../../domain/filter/point-id.js';
import type { JsonObject } from '../../../domain/json.js';
import type { AppendLog } from '../storage/append-log.js';
import { decodeContent, payloadValue } from '../storage/stored-payload.js';
import type { PointContent } from '../storage/stored-payload.js';
import { scalarsOf } from './field-index.js';
import type { FieldIndex } from './field-index.js';
import { grown } from './grown.js';
import { SortedIds } from './sorted-ids.js';
import { VectorColumn } from './vector-column.js';
import type { VectorParams } from './vector-column.js';
import { Watch } from './watch.js';

/** Where a point's content stands; of length 0 when it has none. */
export interface PayloadPlace {
  readonly log: AppendLog;
  readonly offset: number;
  readonly length: number;
}

export interface PointState {
  readonly id: PointId;
  /** Number of the operation that last changed it. */
  readonly version: number;
  readonly vectors: ReadonlyMap<string, Float32Array>;
  readonly place: PayloadPlace;
  /** What stands at `place`; only indexes look at it. */
  readonly payload: JsonObject;
}

const NOTHING = Buffer.alloc(0);

export const readContent = (place: PayloadPlace): PointContent =>
  decodeContent(place.length === 0 ? NOTHING : place.log.read(place.offset, place.length));

/**
 * All points of a collection by slot: vectors, ids and indexed fields in memory, payloads by their place in the log.
 * A point keeps its slot as long as it lives; a freed slot is used again, so whoever waits between two looks
 * at a slot compares `changes`.
 */
export class PointTable {
  readonly columns: ReadonlyMap<string, VectorColumn>;
  readonly order = new SortedIds();
  /** Grows with every change of any point. */
  changes = 0;
  private readonly fields = new Map<string, FieldIndex>();
  private readonly slots = new Map<PointId, number>();
  private readonly ids: (PointId | undefined)[] = [];
  private isLoading = false;
  private readonly watches = new Set<Watch>();
  private log: AppendLog | undefined;
  private versions = new Float64Array(0);
  private offsets = new Float64Array(0);
  private lengths = new Uint32Array(0);
  private readonly free: number[] = [];
  private payloadBytes = 0;

  constructor(vectors: ReadonlyMap<string, VectorParams>) {
    this.columns = new Map([...vectors].map(([name, params]) => [name, new VectorColumn(params)]));
  }

  get size(): number {
    return this.slots.size;
  }

  /** Every slot in use is below. */
  get capacity(): number {
    return this.ids.length;
  }

  /** What the live points would take in a fresh log, bytes, roughly. */
  get liveBytes(): number {
    let perPoint = 64;
    for (const column of this.columns.values()) perPoint += column.params.size * 4;
    return this.payloadBytes + this.size * perPoint;
  }

  slotOf(id: PointId): number | undefined {
    return this.slots.get(id);
  }

  /** @returns undefined for a free slot */
  idAt(slot: number): PointId | undefined {
    return this.ids[slot];
  }

  versionAt(slot: number): number {
    return this.versions[slot] as number;
  }

  placeAt(slot: number): PayloadPlace {
    return { log: this.log as AppendLog, offset: this.offsets[slot] as number, length: this.lengths[slot] as number };
  }

  /** Make all changes that `work` makes without keeping the ids in order, which is done once at its end. */
  async load(work: () => Promise<void>): Promise<void> {
    this.isLoading = true;
    await work();
    this.isLoading = false;
    this.order.fill(this.slots.keys());
  }

  /** Be told which slots change, until `unwatch`. */
  watch(): Watch {
    const watch = new Watch();
    this.watches.add(watch);
    return watch;
  }

  unwatch(watch: Watch): void {
    this.watches.delete(watch);
  }

  contentAt(slot: number): PointContent {
    return readContent(this.placeAt(slot));
  }

  payloadAt(slot: number): JsonObject {
    return payloadValue(this.contentAt(slot));
  }

  vectorsAt(slot: number): Map<string, Float32Array> {
    const vectors = new Map<string, Float32Array>();
    for (const [name, column] of this.columns) {
      const vector = column.get(slot);
      if (vector !== undefined) vectors.set(name, vector);
    }
    return vectors;
  }

  /** Insert or replace a point, vectors and payload both. */
  put(point: PointState): void {
    const slot = this.slots.get(point.id) ?? this.allocate(point.id);
    for (const [name, column] of this.columns) column.set(slot, point.vectors.get(name));
    this.setPlace(slot, point);
  }

  /** Replace the payload of a point that is there. */
  putPayload(point: Omit<PointState, 'vectors'>): void {
    const slot = this.slots.get(point.id);
    if (slot !== undefined) this.setPlace(slot, point);
  }

  /** Every payload has moved to another log and is otherwise the same. */
  movePayloads(log: AppendLog, places: Iterable<readonly [PointId, PayloadPlace]>): void {
    this.log = log;
    for (const [id, { offset }] of places) {
      const slot = this.slots.get(id);
      if (slot !== undefined) this.offsets[slot] = offset;
    }
  }

  /** @returns whether it was there */
  delete(id: PointId): boolean {
    const slot = this.slots.get(id);
    if (slot === undefined) return false;
    this.slots.delete(id);
    if (!this.isLoading) this.order.remove(id);
    this.ids[slot] = undefined;
    this.payloadBytes -= this.lengths[slot] as number;
    this.lengths[slot] = 0;
    for (const column of this.columns.values()) column.set(slot, undefined);
    for (const index of this.fields.values()) index.set(slot, undefined);
    this.free.push(slot);
    this.changed(slot);
    return true;
  }

  /** Nobody asks any more: let the memory go. */
  release(): void {
    for (const column of this.columns.values()) column.release();
  }

  get hasIndexes(): boolean {
    return this.fields.size > 0;
  }

  index(field: string): FieldIndex | undefined {
    return this.fields.get(field);
  }

  /** An index under construction sees every change from now on; the caller fills in the points that are there. */
  addIndex(index: FieldIndex): void {
    this.fields.set(index.field.name, index);
  }

  removeIndex(field: string): void {
    this.fields.delete(field);
  }

  scalarsAt(slot: number, field: Field): readonly Scalar[] {
    const index = this.fields.get(field.name);
    return index?.complete === true ? index.scalars(slot) : scalarsOf(this.payloadAt(slot), field);
  }

  private setPlace(slot: number, { version, place, payload }: Omit<PointState, 'vectors'>): void {
    this.payloadBytes += place.length - (this.lengths[slot] as number);
    this.log = place.log;
    this.offsets[slot] = place.offset;
    this.lengths[slot] = place.length;
    this.versions[slot] = version;
    this.changed(slot);
    for (const index of this.fields.values()) index.set(slot, payload);
  }

  private changed(slot: number): void {
    this.changes += 1;
    for (const watch of this.watches) watch.note(slot);
  }

  private allocate(id: PointId): number {
    const slot = this.free.pop() ?? this.ids.length;
    this.versions = grown(this.versions, slot + 1);
    this.offsets = grown(this.offsets, slot + 1);
    this.lengths = grown(this.lengths, slot + 1);
    this.ids[slot] = id;
    this.slots.set(id, slot);
    if (!this.isLoading) this.order.insert(id);
    return slot;
  }
}
