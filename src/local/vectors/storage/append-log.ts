import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';

import { FRAME_HEADER_BYTES, encodeFrame } from './frame.js';
import type { Frame } from './frame.js';
import { readFrames } from './log-reader.js';
import { ReadAhead } from './read-ahead.js';
import { syncFolder } from './write-atomically.js';

interface Pending {
  readonly offset: number;
  readonly bytes: Buffer;
}

/** Gets each frame with the offset of its body and the log it stands in. */
export type FrameVisitor = (frame: Frame, bodyOffset: number, log: AppendLog) => void;

/**
 * Append-only file of frames. Appends are visible to `read` at once and durable when `durable()` resolves;
 * whatever was appended while the disk was busy shares the next write and sync.
 */
export class AppendLog {
  private queue: Pending[] = [];
  private writing: readonly Pending[] = [];
  private flushing: Promise<void> | undefined;
  /** Where the next frame goes, bytes from the start. */
  private end = 0;
  private written = 0;
  private durableTo = 0;
  private failure: Error | undefined;
  private readonly reader: ReadAhead;

  private constructor(
    readonly path: string,
    private readonly file: FileHandle,
  ) {
    this.reader = new ReadAhead(file.fd);
  }

  /**
   * Open or create; a torn tail is cut, every whole frame goes to `visit`.
   *
   * @throws {DamagedLogError} when acknowledged data is unreadable.
   */
  static async open(path: string, visit: FrameVisitor): Promise<AppendLog> {
    await (await open(path, 'a')).close();
    const file = await open(path, 'r+');
    const log = new AppendLog(path, file);
    try {
      const end = readFrames(file.fd, (frame, bodyOffset) => visit(frame, bodyOffset, log));
      await file.truncate(end);
      await file.sync();
      await syncFolder(dirname(path));
      log.end = log.written = log.durableTo = end;
      return log;
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  get size(): number {
    return this.end;
  }

  /** Set once a write failed: nothing more is accepted, and what was not durable then is lost. */
  get failed(): Error | undefined {
    return this.failure;
  }

  /** @returns offset of the body in the file */
  append(operation: number, body: Buffer): number {
    if (this.failure !== undefined) throw this.failure;
    const bytes = encodeFrame({ operation, durableTo: this.durableTo, body });
    const offset = this.end;
    this.queue.push({ offset, bytes });
    this.end += bytes.length;
    this.flushing ??= this.flush();
    return offset + FRAME_HEADER_BYTES;
  }

  /** Resolves once everything appended so far is on disk. */
  async durable(): Promise<void> {
    const target = this.end;
    while (this.durableTo < target) {
      await this.flushing;
      if (this.failure !== undefined) throw this.failure;
    }
  }

  read(offset: number, length: number): Buffer {
    if (offset >= this.written) return this.readPending(offset, length);
    const bytes = this.reader.read(offset, length, this.written);
    if (bytes.length !== length) {
      throw new Error(`${this.path}: ${length} bytes expected at ${offset}, ${bytes.length} found`);
    }
    return bytes;
  }

  async close(): Promise<void> {
    await this.flushing;
    await this.file.close();
  }

  private readPending(offset: number, length: number): Buffer {
    for (const pending of [...this.writing, ...this.queue]) {
      const start = offset - pending.offset;
      if (start >= 0 && start < pending.bytes.length) return pending.bytes.subarray(start, start + length);
    }
    throw new Error(`${this.path}: nothing was appended at ${offset}`);
  }

  /** Never rejects: a failure is kept and thrown to whoever waits. */
  private async flush(): Promise<void> {
    // Requests that arrive in the same turn of the event loop share one sync.
    await new Promise(setImmediate);
    try {
      while (this.queue.length > 0) {
        this.writing = this.queue;
        this.queue = [];
        const end = this.written + this.writing.reduce((sum, pending) => sum + pending.bytes.length, 0);
        await writeAll(this.file, this.writing, this.written);
        await this.file.datasync();
        this.written = end;
        this.durableTo = end;
        this.writing = [];
      }
    } catch (error) {
      this.failure = error as Error;
    } finally {
      this.flushing = undefined;
    }
  }
}

async function writeAll(file: FileHandle, pending: readonly Pending[], from: number): Promise<void> {
  let position = from;
  for (const { bytes } of pending) {
    let done = 0;
    while (done < bytes.length) {
      const { bytesWritten } = await file.write(bytes, done, bytes.length - done, position + done);
      done += bytesWritten;
    }
    position += bytes.length;
  }
}
