import { parentPort, workerData } from 'node:worker_threads';

import { SegmentScorer } from '../kernel/segment-scorer.js';
import { runScan } from './scan.js';
import type { ToWorker } from './scan-pool.js';

const { thread } = workerData as { readonly thread: number };
const scorers = new Map<number, SegmentScorer>();

/** One thread of the pool: keeps the segments it was shown until it is told to forget them. */
parentPort?.on('message', (message: ToWorker) => {
  switch (message.kind) {
    case 'segments':
      for (const segment of message.segments) scorers.set(segment.id, new SegmentScorer(segment, thread));
      break;
    case 'forget':
      for (const id of message.segments) scorers.delete(id);
      break;
    case 'scan': {
      const found = runScan(message.scan, (id) => scorers.get(id) as SegmentScorer);
      parentPort?.postMessage({ id: message.id, found }, [found.rows.buffer, found.scores.buffer] as ArrayBuffer[]);
    }
  }
});
parentPort?.postMessage('ready');
