import { createSegment, segmentRows } from '../kernel/segment.js';
import type { Segment } from '../kernel/segment.js';
import type { Metric } from '../kernel/score-rows.js';
import { SegmentScorer } from '../kernel/segment-scorer.js';
import { scanPool } from '../workers/scan-pool.js';

export interface VectorParams {
  /** Components of a vector, integer 1–65,536. */
  readonly size: number;
  readonly distance: Metric;
}

/** One named vector of all points of a collection, by slot, in segments that never move and every thread can read. */
export class VectorColumn {
  readonly rowsPerSegment: number;
  readonly segments: Segment[] = [];
  private readonly scorers: SegmentScorer[] = [];

  constructor(readonly params: VectorParams) {
    this.rowsPerSegment = segmentRows(params.size);
  }

  set(slot: number, vector: Float32Array | undefined): void {
    const row = slot % this.rowsPerSegment;
    if (vector === undefined) {
      const scorer = this.scorers[Math.floor(slot / this.rowsPerSegment)];
      if (scorer !== undefined) scorer.present[row] = 0;
      return;
    }
    while (this.scorers.length * this.rowsPerSegment <= slot) this.addSegment();
    const scorer = this.scorerOf(slot);
    scorer.components.set(vector, row * scorer.width);
    scorer.present[row] = 1;
  }

  has(slot: number): boolean {
    return this.scorers[Math.floor(slot / this.rowsPerSegment)]?.present[slot % this.rowsPerSegment] === 1;
  }

  /** A copy; undefined when the point has no such vector. */
  get(slot: number): Float32Array | undefined {
    if (!this.has(slot)) return undefined;
    const scorer = this.scorerOf(slot);
    const start = (slot % this.rowsPerSegment) * scorer.width;
    return Float32Array.from(scorer.components.subarray(start, start + this.params.size));
  }

  /** Score of one point, in float32. `query` must be prepared as stored vectors are, and not changed while it is used. */
  score(slot: number, query: Float32Array): number {
    const rows = { first: slot % this.rowsPerSegment, count: 1 };
    return this.scorerOf(slot).score(this.params.distance, query, rows)[0] as number;
  }

  /** The main thread's view of a segment, by the segment's id. */
  readonly scorerById = (id: number): SegmentScorer =>
    this.scorers[this.segments.findIndex((segment) => segment.id === id)] as SegmentScorer;

  /** Let other threads forget it; nobody searches it any more. */
  release(): void {
    scanPool.forget(this.segments);
  }

  private scorerOf(slot: number): SegmentScorer {
    return this.scorers[Math.floor(slot / this.rowsPerSegment)] as SegmentScorer;
  }

  private addSegment(): void {
    const segment = createSegment(this.params.size);
    this.segments.push(segment);
    this.scorers.push(new SegmentScorer(segment, 0));
  }
}

/** A vector as it is stored: of length 1 for Cosine (a zero vector stays zero), otherwise unchanged. */
export function prepareVector(vector: Float32Array, distance: Metric): Float32Array {
  if (distance !== 'Cosine') return vector;
  let squares = 0;
  for (let i = 0; i < vector.length; i += 1) squares += vector[i]! * vector[i]!;
  const length = Math.sqrt(squares);
  // Qdrant leaves vectors alone that are zero or normalised already, so that writing one back changes nothing.
  if (length === 0 || Math.abs(length - 1) < 1e-6) return vector;
  const normalised = new Float32Array(vector.length);
  for (let i = 0; i < vector.length; i += 1) normalised[i] = vector[i]! / length;
  return normalised;
}
