import { rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setImmediate } from 'node:timers/promises';

import type { PointId } from '../../../domain/filter/point-id.js';
import { AppendLog } from '../storage/append-log.js';
import { encodeRecords } from '../storage/point-record.js';
import type { PointRecord } from '../storage/point-record.js';
import { syncFolder } from '../storage/write-atomically.js';
import type { Collection } from './collection.js';
import type { PayloadPlace } from './point-table.js';

// Points in one frame: small enough not to hold the event loop, large enough that frames cost nothing.
const FRAME_POINTS = 128;
const FRAMES_PER_SYNC = 16;

/** A log is worth rewriting when it is mostly garbage. */
export interface CompactionPolicy {
  /** Logs up to here are left alone. */
  readonly fromBytes: number;
  /** Size of the log by the size of what is alive, > 1. */
  readonly ratio: number;
}

export const DEFAULT_COMPACTION: CompactionPolicy = { fromBytes: 32 * 1024 * 1024, ratio: 2.5 };

/** Rewrites a collection's log in the background, one rewrite at a time. */
export class Compactor {
  private running: Promise<void> | undefined;
  private stopped = false;
  private failedAtBytes = 0;
  private failure: Error | undefined;

  constructor(
    private readonly collection: Collection,
    private readonly policy: CompactionPolicy,
  ) {}

  /** Why the last rewrite failed; the old log is still whole. */
  get lastFailure(): Error | undefined {
    return this.failure;
  }

  /** Begin a rewrite if it is worth it. Call after writes; never rejects. */
  consider(): void {
    const { size } = this.collection.log;
    const isWorthIt = size > this.policy.fromBytes && size > this.policy.ratio * this.collection.table.liveBytes;
    // After a failure (a full disk, mostly) not again before the log has grown a good deal.
    if (!isWorthIt || size < 1.5 * this.failedAtBytes || this.stopped || this.running !== undefined) return;
    this.running = this.run().finally(() => {
      this.running = undefined;
    });
  }

  /** Give up a rewrite under way. */
  async stop(): Promise<void> {
    this.stopped = true;
    await this.running;
  }

  private async run(): Promise<void> {
    try {
      await compact(this.collection, () => this.stopped);
      this.failure = undefined;
      this.failedAtBytes = 0;
    } catch (error) {
      this.failure = error as Error;
      this.failedAtBytes = this.collection.log.size;
    }
  }
}

/**
 * Write what is alive into a new log and change over. Writes go on meanwhile, into the old one; what they touch
 * is written again at the end, while the gate holds them for some milliseconds.
 */
async function compact(collection: Collection, isStopped: () => boolean): Promise<void> {
  const path = collection.logPath(collection.generation + 1);
  const draft = `${path}.new`;
  await rm(draft, { force: true });
  collection.trackChanges();
  const writer = new LogCopy(collection, await AppendLog.open(draft, () => undefined));
  try {
    await writer.copyAll(isStopped);
    // Most of what was touched meanwhile, so that little is left for the moment when writes must wait.
    await writer.copyTouched();
    if (!isStopped()) await changeOver(collection, { writer, draft, path });
  } finally {
    collection.endTracking();
    if (collection.log !== writer.log) {
      await writer.log.close();
      // Under its last name it would be taken for the newest log by the next start.
      await Promise.all([draft, path].map((unused) => rm(unused, { force: true })));
    }
  }
}

async function changeOver(
  collection: Collection,
  { writer, draft, path }: { readonly writer: LogCopy; readonly draft: string; readonly path: string },
): Promise<void> {
  const open = collection.closeGate();
  try {
    // Whoever passed the gate before it closed applies its write in this turn.
    await setImmediate();
    await writer.copyTouched();
    await writer.log.durable();
    await rename(draft, path);
    await syncFolder(dirname(path));
    const old = collection.log;
    writer.movePlaces();
    collection.switchLog(writer.log);
    await collection.readers.retire(old);
    await rm(collection.logPath(collection.generation - 1), { force: true });
  } finally {
    open();
  }
}

/** The new log, and where in it each point's payload stands. */
class LogCopy {
  private readonly places = new Map<PointId, PayloadPlace>();
  private frames = 0;

  constructor(
    private readonly collection: Collection,
    readonly log: AppendLog,
  ) {}

  async copyAll(isStopped: () => boolean): Promise<void> {
    const { table } = this.collection;
    for (let start = 0; start < table.capacity && !isStopped(); start += FRAME_POINTS) {
      const ids: PointId[] = [];
      for (let slot = start; slot < Math.min(start + FRAME_POINTS, table.capacity); slot += 1) {
        const id = table.idAt(slot);
        if (id !== undefined) ids.push(id);
      }
      await this.copy(ids);
    }
  }

  async copyTouched(): Promise<void> {
    const ids = this.collection.takeTouched();
    for (let start = 0; start < ids.length; start += FRAME_POINTS) {
      await this.copy(ids.slice(start, start + FRAME_POINTS));
    }
  }

  movePlaces(): void {
    this.collection.table.movePayloads(this.log, this.places);
  }

  private async copy(ids: readonly PointId[]): Promise<void> {
    const records = ids.map((id) => this.recordOf(id));
    if (records.length === 0) return;
    const { body, payloadAt } = encodeRecords(records);
    const bodyOffset = this.log.append(this.collection.lastOperation, body);
    records.forEach((record, i) => {
      if (record.kind === 'put') {
        const offset = bodyOffset + (payloadAt[i] as number);
        this.places.set(record.id, { log: this.log, offset, length: record.payload.length });
      } else this.places.delete(record.id);
    });
    // Bounds what waits in memory; between the syncs others get their turn.
    this.frames += 1;
    await (this.frames % FRAMES_PER_SYNC === 0 ? this.log.durable() : setImmediate());
  }

  /** The point as it is now; a deletion when it is gone, for an earlier frame may hold it. */
  private recordOf(id: PointId): PointRecord {
    const { table } = this.collection;
    const slot = table.slotOf(id);
    if (slot === undefined) return { kind: 'delete', id };
    const { log, offset, length } = table.placeAt(slot);
    const payload = length === 0 ? Buffer.alloc(0) : log.read(offset, length);
    return { kind: 'put', id, version: table.versionAt(slot), vectors: table.vectorsAt(slot), payload };
  }
}
