import { Worker } from 'node:worker_threads';

import { KERNEL_BYTES } from '../../../src/local/vectors/kernel/kernel-bytes.js';
import { BLOCK_ROWS, scratchAt } from '../../../src/local/vectors/kernel/segment.js';
import type { VectorColumn } from '../../../src/local/vectors/engine/vector-column.js';

const CHUNK_ROWS = 1024;

// Nothing but the kernel over all rows: no filter, no best ones, no answer.
const CODE = `
const { parentPort, workerData } = require('node:worker_threads');
const { bytes, segments, rows, rowsPerSegment, block, chunk } = workerData;
const module = new WebAssembly.Module(bytes);
const runs = segments.map(({ memory, stride, scratch }) => {
  const { dot } = new WebAssembly.Instance(module, { env: { memory } }).exports;
  return (first, count) => dot(first * stride, count, stride, scratch, scratch + stride);
});
parentPort.on('message', (cursor) => {
  for (;;) {
    const from = Atomics.add(cursor, 0, 1) * chunk;
    if (from >= rows) break;
    for (let row = from; row < Math.min(from + chunk, rows); row += block) {
      const first = row % rowsPerSegment;
      runs[(row - first) / rowsPerSegment](first, Math.min(block, rows - row, rowsPerSegment - first));
    }
  }
  parentPort.postMessage(0);
});
parentPort.postMessage(0);
`;

export interface BareScan {
  /** Milliseconds for all rows once. */
  run(): Promise<number>;
  close(): Promise<void>;
}

/** The same memory, kernel and number of threads as a search, without the search. */
export async function bareScan(column: VectorColumn, rows: number, threads: number): Promise<BareScan> {
  const workers = Array.from({ length: threads }, (_, i) => {
    const segments = column.segments.map((segment) => ({
      memory: segment.memory,
      stride: segment.stride,
      scratch: scratchAt(segment, i + 1),
    }));
    const shape = { rows, rowsPerSegment: column.rowsPerSegment, block: BLOCK_ROWS, chunk: CHUNK_ROWS };
    return new Worker(CODE, {
      eval: true,
      execArgv: [],
      workerData: { bytes: Buffer.from(KERNEL_BYTES, 'base64'), segments, ...shape },
    });
  });
  const answers = (): Promise<unknown> =>
    Promise.all(workers.map((worker) => new Promise((resolve) => worker.once('message', resolve))));
  await answers();
  return {
    async run() {
      const started = performance.now();
      const done = answers();
      const cursor = new Int32Array(new SharedArrayBuffer(4));
      for (const worker of workers) worker.postMessage(cursor);
      await done;
      return performance.now() - started;
    },
    async close() {
      await Promise.all(workers.map((worker) => worker.terminate()));
    },
  };
}
