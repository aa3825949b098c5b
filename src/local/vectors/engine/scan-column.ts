import { isAscending } from '../kernel/score-rows.js';
import { BestRows } from '../workers/best-rows.js';
import type { ScoredRows } from '../workers/best-rows.js';
import { scanChunk } from '../workers/scan.js';
import type { Scan } from '../workers/scan.js';
import { scanPool } from '../workers/scan-pool.js';
import { Breather } from './breather.js';
import type { VectorColumn } from './vector-column.js';

// Below, asking other threads takes longer than the scan.
const POOL_FROM_BYTES = 4 * 1024 * 1024;

// Rows scored one by one before asking whether it is time to make room.
const BLOCK = 128;

export interface ColumnScan {
  readonly query: Float32Array;
  /** Best slots wanted, ≥ 1; all that equal the last one come with them. */
  readonly limit: number;
  /** Slots in use are below. */
  readonly capacity: number;
  /** Slots that may be hits; undefined when all may. */
  readonly slots: readonly number[] | undefined;
}

/**
 * The best slots of a column, each thread's in no order. A slot that is written meanwhile may come with a score
 * it never had, or not at all: the caller watches for changes.
 */
export async function scanColumn(column: VectorColumn, wanted: ColumnScan): Promise<readonly ScoredRows[]> {
  const rows = wanted.slots?.length ?? wanted.capacity;
  if (rows * column.params.size * Float32Array.BYTES_PER_ELEMENT >= POOL_FROM_BYTES && scanPool.isReady()) {
    // A thread that dies takes the pool with it: from now on the main thread does the work.
    const found = await scanPool.scan(scanOf(column, wanted), column.segments).catch(() => undefined);
    if (found !== undefined) return found;
  }
  return [wanted.slots === undefined ? await scanAll(column, wanted) : await scanList(column, wanted, wanted.slots)];
}

async function scanAll(column: VectorColumn, wanted: ColumnScan): Promise<ScoredRows> {
  const breather = new Breather();
  const scan = scanOf(column, wanted);
  const best = new BestRows(wanted.limit, isAscending(column.params.distance));
  while (scanChunk(scan, { best, scorerOf: column.scorerById })) await breather.pause();
  return best.take();
}

async function scanList(column: VectorColumn, wanted: ColumnScan, slots: readonly number[]): Promise<ScoredRows> {
  const breather = new Breather();
  const best = new BestRows(wanted.limit, isAscending(column.params.distance));
  const score = new Float32Array(1);
  for (const [i, slot] of slots.entries()) {
    if (column.has(slot)) {
      score[0] = column.score(slot, wanted.query);
      best.offer(score, 1, () => slot);
    }
    if (i % BLOCK === BLOCK - 1) await breather.pause();
  }
  return best.take();
}

function scanOf(column: VectorColumn, { query, limit, capacity, slots }: ColumnScan): Scan {
  return {
    metric: column.params.distance,
    query,
    limit,
    segments: column.segments.map(({ id }) => id),
    rowsPerSegment: column.rowsPerSegment,
    // Behind the last segment no slot has a vector.
    rows: Math.min(capacity, column.segments.length * column.rowsPerSegment),
    cursor: new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT)),
    selected: slots === undefined ? undefined : flags(slots, capacity),
  };
}

function flags(slots: readonly number[], capacity: number): Uint8Array {
  const selected = new Uint8Array(new SharedArrayBuffer(capacity));
  for (const slot of slots) selected[slot] = 1;
  return selected;
}
