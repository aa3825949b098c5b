import { compiledKernel } from './compiled-kernel.js';
import { paddedSize } from './score-rows.js';

/** Rows scored by one call, at most. */
export const BLOCK_ROWS = 256;

/** Threads that may score the same segment at the same time, the main one included. */
export const MAX_THREADS = 9;

const MAX_ROWS = 65_536;
// Addresses of a memory end at 4 GiB; pages nobody has written to take no room.
const MAX_BYTES = 512 * 1024 * 1024;
const PAGE_BYTES = 65_536;

let lastId = 0;

/**
 * Memory for a fixed number of rows that every thread can read:
 * the rows, one byte each whether there is a vector, and for every thread room for a query and a block of scores.
 * A plain object, so that it can be posted.
 */
export interface Segment {
  readonly id: number;
  readonly rows: number;
  /** Length of a row in bytes, padding included. */
  readonly stride: number;
  /** Only where the kernel can run. */
  readonly memory: WebAssembly.Memory | undefined;
  readonly buffer: SharedArrayBuffer;
}

/** Rows that a segment has for vectors of this size. */
export const segmentRows = (size: number): number =>
  Math.min(MAX_ROWS, Math.floor(MAX_BYTES / (paddedSize(size) * Float32Array.BYTES_PER_ELEMENT)));

export function createSegment(size: number): Segment {
  const stride = paddedSize(size) * Float32Array.BYTES_PER_ELEMENT;
  const rows = segmentRows(size);
  const bytes = scratchAt({ rows, stride }, MAX_THREADS);
  const memory = compiledKernel() === undefined ? undefined : wasmMemory(bytes);
  lastId += 1;
  return { id: lastId, rows, stride, memory, buffer: memory?.buffer ?? new SharedArrayBuffer(bytes) };
}

/** Where the flags begin that say which rows hold a vector. */
export const presenceAt = ({ rows, stride }: Pick<Segment, 'rows' | 'stride'>): number => rows * stride;

/** Where a thread keeps the query, and behind it its scores. */
export function scratchAt({ rows, stride }: Pick<Segment, 'rows' | 'stride'>, thread: number): number {
  const first = Math.ceil((rows * stride + rows) / 64) * 64;
  return first + thread * (stride + BLOCK_ROWS * Float32Array.BYTES_PER_ELEMENT);
}

/** @returns undefined where address space is scarce: a memory reserves more of it than it uses */
function wasmMemory(bytes: number): WebAssembly.Memory | undefined {
  const pages = Math.ceil(bytes / PAGE_BYTES);
  try {
    return new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
  } catch {
    return undefined;
  }
}
