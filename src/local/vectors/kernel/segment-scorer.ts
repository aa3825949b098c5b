import { compiledKernel } from './compiled-kernel.js';
import { scoreRow } from './score-rows.js';
import type { Metric } from './score-rows.js';
import { BLOCK_ROWS, presenceAt, scratchAt } from './segment.js';
import type { Segment } from './segment.js';

type Kernel = (...at: [row: number, count: number, stride: number, query: number, out: number]) => void;
type Kernels = Readonly<Record<'dot' | 'euclid' | 'manhattan', Kernel>>;

/** One thread's view of a segment. */
export class SegmentScorer {
  /** Components of a row, padding included. */
  readonly width: number;
  /** All rows, padding included. */
  readonly components: Float32Array;
  /** 1 where there is a vector. */
  readonly present: Uint8Array;
  private readonly query: Float32Array;
  private readonly scores: Float32Array;
  private readonly kernels: Kernels | undefined;
  private current: Float32Array | undefined;

  /** @param thread  Number of this thread, below `MAX_THREADS`; no two threads may use the same. */
  constructor(
    private readonly segment: Segment,
    private readonly thread: number,
  ) {
    const { buffer, rows, stride, memory } = segment;
    this.width = stride / Float32Array.BYTES_PER_ELEMENT;
    const scratch = scratchAt(segment, thread);
    this.components = new Float32Array(buffer, 0, rows * this.width);
    this.present = new Uint8Array(buffer, presenceAt(segment), rows);
    this.query = new Float32Array(buffer, scratch, this.width);
    this.scores = new Float32Array(buffer, scratch + stride, BLOCK_ROWS);
    const module = memory === undefined ? undefined : compiledKernel();
    if (module !== undefined && memory !== undefined) {
      this.kernels = new WebAssembly.Instance(module, { env: { memory } }).exports as Kernels;
    }
  }

  /**
   * Scores of `count` rows from `first`, at most `BLOCK_ROWS`; valid until the next call.
   *
   * @param query  At most as long as a row, and not changed between calls.
   */
  score(metric: Metric, query: Float32Array, { first, count }: { first: number; count: number }): Float32Array {
    if (this.current !== query) {
      this.query.fill(0).set(query);
      this.current = query;
    }
    if (this.kernels === undefined) this.scoreInJavaScript(metric, first, count);
    else this.run(kernelOf(this.kernels, metric), first, count);
    return this.scores;
  }

  private run(kernel: Kernel, first: number, count: number): void {
    const { stride } = this.segment;
    const scratch = scratchAt(this.segment, this.thread);
    kernel(first * stride, count, stride, scratch, scratch + stride);
  }

  private scoreInJavaScript(metric: Metric, first: number, count: number): void {
    const { width } = this;
    for (let i = 0; i < count; i += 1) {
      const row = this.components.subarray((first + i) * width, (first + i + 1) * width);
      this.scores[i] = scoreRow(metric, row, this.query);
    }
  }
}

function kernelOf(kernels: Kernels, metric: Metric): Kernel {
  switch (metric) {
    case 'Euclid':
      return kernels.euclid;
    case 'Manhattan':
      return kernels.manhattan;
    case 'Cosine':
    case 'Dot':
      return kernels.dot;
  }
}
