import type { Distance } from '../../../domain/version/identity.js';

const SEGMENT_ROWS = 4096;

export interface VectorParams {
  /** Components of a vector, integer 1–65,536. */
  readonly size: number;
  readonly distance: Distance;
}

/** One named vector of all points of a collection, by slot, in segments that never move. */
export class VectorColumn {
  private readonly segments: Float32Array[] = [];
  private readonly present: boolean[] = [];

  constructor(readonly params: VectorParams) {}

  set(slot: number, vector: Float32Array | undefined): void {
    this.present[slot] = vector !== undefined;
    if (vector === undefined) return;
    while (this.segments.length * SEGMENT_ROWS <= slot) {
      this.segments.push(new Float32Array(SEGMENT_ROWS * this.params.size));
    }
    this.row(slot).set(vector);
  }

  has(slot: number): boolean {
    return this.present[slot] === true;
  }

  /** A copy; undefined when the point has no such vector. */
  get(slot: number): Float32Array | undefined {
    return this.has(slot) ? this.row(slot).slice() : undefined;
  }

  /** Score of one point, rounded to float32 as Qdrant's are. `query` must be prepared as stored vectors are. */
  score(slot: number, query: Float32Array): number {
    const segment = this.segments[Math.floor(slot / SEGMENT_ROWS)] as Float32Array;
    const start = (slot % SEGMENT_ROWS) * this.params.size;
    return this.params.distance === 'Euclid'
      ? Math.fround(Math.sqrt(squaredDistance(segment, start, query)))
      : Math.fround(dot(segment, start, query));
  }

  private row(slot: number): Float32Array {
    const start = (slot % SEGMENT_ROWS) * this.params.size;
    return (this.segments[Math.floor(slot / SEGMENT_ROWS)] as Float32Array).subarray(start, start + this.params.size);
  }
}

/** As Qdrant stores it: of length 1 for Cosine (a zero vector stays zero), otherwise unchanged. */
export function prepareVector(vector: Float32Array, distance: Distance): Float32Array {
  if (distance !== 'Cosine') return vector;
  let squares = 0;
  for (const component of vector) squares += component * component;
  const length = Math.sqrt(squares);
  // Qdrant leaves vectors alone that are zero or normalised already, so that writing one back changes nothing.
  if (length === 0 || Math.abs(length - 1) < 1e-6) return vector;
  return vector.map((component) => component / length);
}

// Four independent sums: one would make each addition wait for the last.
function dot(a: Float32Array, start: number, b: Float32Array): number {
  const length = b.length;
  const even = length - (length % 4);
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  for (let i = 0; i < even; i += 4) {
    s0 += a[start + i]! * b[i]!;
    s1 += a[start + i + 1]! * b[i + 1]!;
    s2 += a[start + i + 2]! * b[i + 2]!;
    s3 += a[start + i + 3]! * b[i + 3]!;
  }
  for (let i = even; i < length; i += 1) s0 += a[start + i]! * b[i]!;
  return s0 + s1 + (s2 + s3);
}

function squaredDistance(a: Float32Array, start: number, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < b.length; i += 1) {
    const difference = a[start + i]! - b[i]!;
    sum += difference * difference;
  }
  return sum;
}
