import { isAscending } from '../kernel/score-rows.js';
import type { Metric } from '../kernel/score-rows.js';
import { BLOCK_ROWS } from '../kernel/segment.js';
import type { SegmentScorer } from '../kernel/segment-scorer.js';
import { BestRows } from './best-rows.js';
import type { ScoredRows } from './best-rows.js';

// Rows a thread takes at a time: some 40 µs of work at 384 dimensions, so that no thread waits long for the last one.
const CHUNK_ROWS = 1024;

/** A search over all rows of some segments, as each thread gets it. */
export interface Scan {
  readonly metric: Metric;
  readonly query: Float32Array;
  readonly limit: number;
  /** Ids of the segments, all with the same number of rows; row numbers run through them. */
  readonly segments: readonly number[];
  readonly rowsPerSegment: number;
  /** Rows to look at, from the first. */
  readonly rows: number;
  /** One element: the next chunk nobody has taken. Threads share it. */
  readonly cursor: Int32Array;
  /** 1 for rows that may be hits; undefined when all may. */
  readonly selected: Uint8Array | undefined;
}

export interface Scanning {
  readonly scorerOf: (segment: number) => SegmentScorer;
  readonly best: BestRows;
}

/** One thread's share of a scan: takes chunks until there are none left. */
export function runScan(scan: Scan, scorerOf: Scanning['scorerOf']): ScoredRows {
  const best = new BestRows(scan.limit, isAscending(scan.metric));
  while (scanChunk(scan, { scorerOf, best })) continue;
  return best.take();
}

/** Take the next chunk and scan it. @returns false when there was none left */
export function scanChunk(scan: Scan, scanning: Scanning): boolean {
  const from = Atomics.add(scan.cursor, 0, 1) * CHUNK_ROWS;
  if (from >= scan.rows) return false;
  scanRows(scan, { from, to: Math.min(from + CHUNK_ROWS, scan.rows) }, scanning);
  return true;
}

/** Score rows [from, to); may reach over the end of a segment. */
function scanRows(
  scan: Scan,
  { from, to }: { readonly from: number; readonly to: number },
  { scorerOf, best }: Scanning,
): void {
  const { metric, query, rowsPerSegment, selected } = scan;
  for (let row = from; row < to;) {
    const first = row % rowsPerSegment;
    const offset = row - first;
    const scorer = scorerOf(scan.segments[offset / rowsPerSegment] as number);
    const count = runLength(selected, { from: row, to: Math.min(to, row + BLOCK_ROWS, offset + rowsPerSegment) });
    if (count > 0) {
      const scores = scorer.score(metric, query, { first, count });
      best.offer(scores, count, (i) => (scorer.present[first + i] === 1 ? offset + first + i : undefined));
    }
    row += Math.max(count, 1);
  }
}

/** How many rows from `from` on are selected, one after another. */
function runLength(selected: Uint8Array | undefined, { from, to }: { from: number; to: number }): number {
  if (selected === undefined) return to - from;
  let end = from;
  while (end < to && selected[end] === 1) end += 1;
  return end - from;
}
