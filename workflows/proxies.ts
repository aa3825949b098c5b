import { proxyActivities, type ActivityOptions } from '@temporalio/workflow';
import type { Activities } from '../activities/index.js';
import { FINAL_FAILURES } from '../src/contracts/failures.js';

const common = {
  // Without it the server is told nothing and lets a cancelled workflow close while its activities run on.
  cancellationType: 'WAIT_CANCELLATION_COMPLETED',
  retry: {
    initialInterval: '500ms',
    backoffCoefficient: 2,
    maximumInterval: '30s',
    nonRetryableErrorTypes: [...FINAL_FAILURES],
  },
} satisfies ActivityOptions;

/** Statements on the registry and single calls: seconds. */
export const brief = proxyActivities<Activities>({ ...common, startToCloseTimeout: '1 minute' });

/** Work that is as long as the corpus is large; it heartbeats. */
export const lengthy = proxyActivities<Activities>({
  ...common,
  startToCloseTimeout: '7 days',
  heartbeatTimeout: '30s',
});

/** Slices run on their own queue, on as many machines as poll it. */
export const onEmbedQueue = (taskQueue: string): Pick<Activities, 'applySlice'> =>
  proxyActivities<Activities>({ ...common, taskQueue, startToCloseTimeout: '1 hour', heartbeatTimeout: '30s' });
