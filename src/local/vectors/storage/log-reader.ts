import { fstatSync, readSync } from 'node:fs';

import { FRAME_HEADER_BYTES, decodeFrame, findFrame, frameLength } from './frame.js';
import type { Frame } from './frame.js';

// A frame holds one request, and a request is at most 32 MB of JSON.
const MAX_FRAME_BYTES = 64 * 1024 * 1024;
const WINDOW_BYTES = 4 * 1024 * 1024;

/** Acknowledged data cannot be read back: not a torn tail, which is cut without a word. */
export class DamagedLogError extends Error {
  constructor(readonly offset: number) {
    super(`the log is damaged at byte ${offset}, before data that was acknowledged`);
    this.name = 'DamagedLogError';
  }
}

/**
 * Hand every whole frame to `visit`, with the offset of its body. Only for start-up: it reads synchronously.
 *
 * @returns where the whole frames end; what follows is a torn tail to be cut
 * @throws {DamagedLogError} when a later frame proves that the end reached here had been acknowledged.
 */
export function readFrames(file: number, visit: (frame: Frame, bodyOffset: number) => void): number {
  const reader = new WindowReader(file);
  let offset = 0;
  for (;;) {
    const bytes = wholeFrame(reader, offset);
    const frame = bytes === undefined ? undefined : decodeFrame(bytes);
    if (bytes === undefined || frame === undefined) break;
    visit(frame, offset + FRAME_HEADER_BYTES);
    offset += bytes.length;
  }
  refuseDamage(reader, offset);
  return offset;
}

function wholeFrame(reader: WindowReader, offset: number): Buffer | undefined {
  const length = frameLength(reader.read(offset, FRAME_HEADER_BYTES));
  if (length === undefined || length > MAX_FRAME_BYTES) return undefined;
  const bytes = reader.read(offset, length);
  return bytes.length === length ? bytes : undefined;
}

/** A frame behind the bad spot that knows the spot as durable means loss; anything else was never acknowledged. */
function refuseDamage(reader: WindowReader, bad: number): void {
  for (let start = bad + 1; start < reader.size; start += WINDOW_BYTES - FRAME_HEADER_BYTES) {
    const window = Buffer.from(reader.read(start, WINDOW_BYTES));
    for (let at = findFrame(window, 0); at >= 0; at = findFrame(window, at + 1)) {
      const bytes = wholeFrame(reader, start + at);
      const frame = bytes === undefined ? undefined : decodeFrame(bytes);
      if (frame !== undefined && frame.durableTo > bad) throw new DamagedLogError(bad);
    }
  }
}

/** Reads a file through one large window, so that small frames do not cost a system call each. */
class WindowReader {
  readonly size: number;
  private start = 0;
  private window: Buffer = Buffer.alloc(0);
  private room: Buffer = Buffer.alloc(0);

  constructor(private readonly file: number) {
    this.size = fstatSync(file).size;
  }

  /** The bytes there, fewer at the end of the file; valid until the next read. */
  read(offset: number, length: number): Buffer {
    if (offset < this.start || offset + length > this.start + this.window.length) this.load(offset, length);
    return this.window.subarray(offset - this.start, offset - this.start + length);
  }

  private load(offset: number, length: number): void {
    const wanted = Math.max(0, Math.min(Math.max(length, WINDOW_BYTES), this.size - offset));
    // The same memory again: fresh pages for each window would take longer than reading them.
    if (wanted > this.room.length) this.room = Buffer.allocUnsafeSlow(wanted);
    const window = this.room;
    let filled = 0;
    while (filled < wanted) {
      const read = readSync(this.file, window, filled, wanted - filled, offset + filled);
      if (read === 0) break;
      filled += read;
    }
    this.start = offset;
    this.window = window.subarray(0, filled);
  }
}
