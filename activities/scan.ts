import type { Client } from '@temporalio/client';
import { workflowIds } from '../src/contracts/workflows.js';
import type { IndexRef } from '../src/contracts/activities.js';
import { heartbeating } from './heartbeating.js';

/** How one execution waits for another's scan. */
export const createScanRequests = (client: Client) => ({
  /** Until the scan that is under way has ended, however it ended: whoever waits makes a scan of its own. */
  async awaitScan({ index }: IndexRef): Promise<void> {
    await heartbeating(async ({ signal }) => {
      const ended = client.workflow
        .getHandle(workflowIds.scan(index))
        .result()
        .then(
          () => undefined,
          () => undefined,
        );
      const cancelled = new Promise<never>((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
      });
      await Promise.race([ended, cancelled]);
    });
  },
});
