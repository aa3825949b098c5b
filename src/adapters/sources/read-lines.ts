import { createReadStream } from 'node:fs';

export interface Line {
  /** From 1. */
  readonly number: number;
  /** Without its line end; only the beginning of a line longer than allowed. */
  readonly bytes: Buffer;
  /** Length in bytes, whatever was kept. */
  readonly length: number;
  readonly isComplete: boolean;
}

const NEWLINE = 0x0a;
const CARRIAGE_RETURN = 0x0d;
/** Kept of a line that is too long: enough to find its id. */
const KEPT_BYTES = 64 * 1024;

/**
 * Lines of a file, holding at most one of them in memory.
 *
 * @param maxLineBytes  A longer line comes with its first 64 KiB only.
 */
export async function* readLines(path: string, maxLineBytes: number): AsyncGenerator<Line> {
  const collector = new LineCollector(maxLineBytes);
  for await (const block of createReadStream(path, { highWaterMark: 256 * 1024 }) as AsyncIterable<Buffer>) {
    let start = 0;
    for (let end = block.indexOf(NEWLINE); end >= 0; end = block.indexOf(NEWLINE, start)) {
      collector.add(block.subarray(start, end));
      yield collector.take();
      start = end + 1;
    }
    collector.add(block.subarray(start));
  }
  if (!collector.isEmpty) yield collector.take();
}

class LineCollector {
  private parts: Buffer[] = [];
  private length = 0;
  private number = 0;

  constructor(private readonly maxLineBytes: number) {}

  get isEmpty(): boolean {
    return this.length === 0;
  }

  add(part: Buffer): void {
    this.length += part.length;
    if (this.length <= this.maxLineBytes) {
      this.parts.push(part);
    } else {
      this.parts = [Buffer.concat([...this.parts, part.subarray(0, KEPT_BYTES)]).subarray(0, KEPT_BYTES)];
    }
  }

  take(): Line {
    const bytes = this.parts.length === 1 && this.parts[0] ? this.parts[0] : Buffer.concat(this.parts);
    const isComplete = this.length <= this.maxLineBytes;
    const trimmed = isComplete && bytes.at(-1) === CARRIAGE_RETURN ? bytes.subarray(0, -1) : bytes;
    const line = { number: (this.number += 1), bytes: trimmed, length: this.length, isComplete };
    this.parts = [];
    this.length = 0;
    return line;
  }
}
