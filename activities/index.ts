import type { Client } from '@temporalio/client';
import type { Ports } from '../src/ports/index.js';
import { createAliasActivities } from './alias.js';
import { createCatchUpActivities, createCatchUpRequests } from './catch-up.js';
import { createCorpusActivities } from './corpus.js';
import { translateFailures } from './failures.js';
import { createScanRequests } from './scan.js';
import { createVersionActivities } from './version.js';

export interface ActivityOptions {
  /** Reaches the workflows' own server: workflows cannot signal-with-start, activities can. */
  readonly client: Client;
}

/** Every activity of the worker, as thin shells over the use cases. */
export const createActivities = (ports: Ports, { client }: ActivityOptions) =>
  translateFailures({
    ...createCorpusActivities(ports),
    ...createScanRequests(client),
    ...createVersionActivities(ports),
    ...createCatchUpActivities(ports),
    ...createCatchUpRequests(ports, client),
    ...createAliasActivities(ports),
  });

export type Activities = ReturnType<typeof createActivities>;
