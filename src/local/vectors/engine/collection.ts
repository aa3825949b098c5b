import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

import { parseField } from '../../../domain/filter/parse-filter.js';
import type { PointId } from '../../../domain/filter/point-id.js';
import type { JsonObject } from '../../../domain/json.js';
import type { PayloadIndex } from '../../../domain/version/identity.js';
import { AppendLog } from '../storage/append-log.js';
import { decodeRecords, encodeRecords } from '../storage/point-record.js';
import type { PointRecord } from '../storage/point-record.js';
import { decodeContent, payloadValue } from '../storage/stored-payload.js';
import { Compactor, DEFAULT_COMPACTION } from './compaction.js';
import type { CompactionPolicy } from './compaction.js';
import type { CollectionRecord } from './collection-record.js';
import { FieldIndex } from './field-index.js';
import { PointTable } from './point-table.js';
import { Readers } from './readers.js';
import { eachSlot } from './select.js';

/** A record to be logged and applied, with its payload as an object for the indexes. */
export type Change = PointRecord & { readonly payloadValue?: JsonObject };

const LOG_NAME = /^points-(\d{6})\.log$/;

/** One collection's points: the table in memory and the log it can be rebuilt from, changed together. */
export class Collection {
  readonly readers = new Readers();
  readonly compactor: Compactor;
  private gate: Promise<void> | undefined;
  private touched: Set<PointId> | undefined;
  private operation = 0;
  /** Number of the log that is written, growing with every compaction. */
  generation = 1;
  private currentLog: AppendLog | undefined;

  private constructor(
    readonly folder: string,
    readonly table: PointTable,
    policy: CompactionPolicy,
  ) {
    this.compactor = new Compactor(this, policy);
  }

  /** @throws {DamagedLogError} when acknowledged points cannot be read back. */
  static async open(
    folder: string,
    record: CollectionRecord,
    policy: CompactionPolicy = DEFAULT_COMPACTION,
  ): Promise<Collection> {
    await mkdir(folder, { recursive: true });
    const table = new PointTable(new Map(record.vectors));
    for (const [field, type] of record.indexes) {
      const index = new FieldIndex(parseField(field), type);
      index.complete = true;
      table.addIndex(index);
    }
    const collection = new Collection(folder, table, policy);
    await table.load(() => collection.load());
    return collection;
  }

  get log(): AppendLog {
    if (this.currentLog === undefined) throw new Error(`${this.folder} is closed`);
    return this.currentLog;
  }

  get lastOperation(): number {
    return this.operation;
  }

  logPath(generation: number): string {
    return join(this.folder, `points-${String(generation).padStart(6, '0')}.log`);
  }

  /** Resolves when the next write may be decided and applied, in the same turn. */
  async writable(): Promise<void> {
    while (this.gate !== undefined) await this.gate;
  }

  nextOperation(): number {
    this.operation += 1;
    return this.operation;
  }

  /**
   * Log and apply, in one go: no reader sees a part. Durable when `log.durable()` resolves.
   * The changes of one call must have different ids, and be decided in the same turn of the event loop.
   */
  apply(operation: number, changes: readonly Change[]): void {
    if (changes.length === 0) return;
    const { log, table } = this;
    const { body, payloadAt } = encodeRecords(changes);
    const bodyOffset = log.append(operation, body);
    changes.forEach((change, i) => {
      this.touched?.add(change.id);
      if (change.kind === 'delete') table.delete(change.id);
      else this.store(change, bodyOffset + (payloadAt[i] as number));
    });
    this.compactor.consider();
  }

  /** Build an index over the points that are there; searches use it once it is complete. */
  async addIndex(field: string, type: PayloadIndex['type']): Promise<void> {
    const index = new FieldIndex(parseField(field), type);
    this.table.addIndex(index);
    await eachSlot(this.table, (slot) => {
      if (this.table.idAt(slot) !== undefined) index.set(slot, this.table.payloadAt(slot));
    });
    index.complete = true;
  }

  /** From now on remember which points change. */
  trackChanges(): void {
    this.touched = new Set();
  }

  /** Points that changed since tracking began or the last call. */
  takeTouched(): readonly PointId[] {
    const ids = [...(this.touched ?? [])];
    this.touched?.clear();
    return ids;
  }

  endTracking(): void {
    this.touched = undefined;
  }

  /** Hold back writes that have not begun. @returns lets them go */
  closeGate(): () => void {
    let open = (): void => undefined;
    this.gate = new Promise((resolve) => {
      open = resolve;
    });
    return () => {
      this.gate = undefined;
      open();
    };
  }

  /** Change to the log of the next generation; the table's places are in it already. */
  switchLog(log: AppendLog): void {
    this.currentLog = log;
    this.generation += 1;
  }

  /** Close the log once the requests under way have ended. */
  async close(): Promise<void> {
    await this.compactor.stop();
    await this.readers.retire(this.log);
    this.table.release();
  }

  private async load(): Promise<void> {
    const logs = (await readdir(this.folder)).filter((name) => LOG_NAME.test(name)).sort();
    const newest = logs.pop();
    // Left over from a compaction that was interrupted before or after its rename.
    for (const name of await readdir(this.folder)) if (name !== newest) await rm(join(this.folder, name));
    this.generation = Number(LOG_NAME.exec(newest ?? '')?.[1] ?? 1);
    this.currentLog = await AppendLog.open(this.logPath(this.generation), (frame, bodyOffset, log) => {
      this.currentLog = log;
      this.operation = Math.max(this.operation, frame.operation);
      for (const record of decodeRecords(frame.body, bodyOffset)) {
        if (record.kind === 'delete') this.table.delete(record.id);
        else this.store(record, record.payloadOffset);
      }
    });
  }

  private store(change: Exclude<Change, { kind: 'delete' }>, payloadOffset: number): void {
    const { id, version, payload } = change;
    const place = { log: this.log, offset: payloadOffset, length: payload.length };
    // Parsed here and not read back from its place: during a replay the log cannot be read by offset yet.
    const value = this.table.hasIndexes ? (change.payloadValue ?? payloadValue(decodeContent(payload))) : {};
    if (change.kind === 'put') this.table.put({ id, version, place, payload: value, vectors: change.vectors });
    else this.table.putPayload({ id, version, place, payload: value });
  }
}
