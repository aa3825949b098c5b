import { indexName } from '../src/domain/ids.js';
import type { FreezeInput, IndexRef, PlanOutcome, PlanRequest } from '../src/contracts/activities.js';
import type { ScanResult } from '../src/contracts/workflows.js';
import type { Ports } from '../src/ports/index.js';
import { planIndex } from '../src/use-cases/plan/plan-index.js';
import { freezeLog } from '../src/use-cases/promote/freeze-log.js';
import { scanCorpus } from '../src/use-cases/scan/scan-corpus.js';
import { heartbeating } from './heartbeating.js';
import { indexSpec } from './spec.js';

/** Effects on the corpus log. */
export const createCorpusActivities = (ports: Ports) => ({
  async scanCorpus({ index }: IndexRef): Promise<ScanResult> {
    const spec = await indexSpec(ports.registry, index);
    return heartbeating((watched) => scanCorpus(ports, spec, watched));
  },

  async planIndex({ index, configHash, startedBy }: PlanRequest): Promise<PlanOutcome> {
    const spec = await indexSpec(ports.registry, index, configHash);
    const { action } = await heartbeating(() => planIndex(ports, spec, { startedBy }));
    const row = await ports.registry.index(indexName(index));
    return { action, live: row?.live ?? null };
  },

  async corpusHead({ index }: IndexRef): Promise<number> {
    const { head } = await ports.log.state(indexName(index));
    return head;
  },

  async freezeLog({ index, ...freeze }: FreezeInput): Promise<number> {
    return freezeLog(ports, { index: indexName(index), ...freeze });
  },

  async releaseLog({ index, owner }: IndexRef & { readonly owner: string }): Promise<void> {
    await ports.log.release(indexName(index), owner);
  },
});
