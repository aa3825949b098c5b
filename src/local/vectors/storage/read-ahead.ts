import { readSync } from 'node:fs';

const WINDOW_BYTES = 256 * 1024;
// A payload and the vector before the next one: who jumps further is not reading from front to back.
const NEXT_WITHIN_BYTES = 64 * 1024;
// So many reads in a row make a scan.
const SCAN_FROM = 4;

/** Reads the part of a file that never changes again; small reads from front to back share one large one. */
export class ReadAhead {
  private window: Buffer = Buffer.alloc(0);
  private windowStart = 0;
  private lastEnd = 0;
  private inRow = 0;

  constructor(private readonly file: number) {}

  /**
   * @param end  Where the part ends that will not change.
   * @returns fewer bytes at the end of the file
   */
  read(offset: number, length: number, end: number): Buffer {
    const within = offset - this.windowStart;
    if (within < 0 || within + length > this.window.length) {
      this.inRow = isNext(this.lastEnd, offset) ? this.inRow + 1 : 0;
      this.lastEnd = offset + length;
      if (this.inRow < SCAN_FROM) return this.load(offset, length);
      this.window = this.load(offset, Math.max(length, Math.min(WINDOW_BYTES, end - offset)));
      this.windowStart = offset;
      return this.window.subarray(0, length);
    }
    this.lastEnd = offset + length;
    return this.window.subarray(within, within + length);
  }

  private load(offset: number, length: number): Buffer {
    const bytes = Buffer.allocUnsafe(length);
    return bytes.subarray(0, readSync(this.file, bytes, 0, length, offset));
  }
}

const isNext = (end: number, offset: number): boolean => offset >= end && offset - end < NEXT_WITHIN_BYTES;
