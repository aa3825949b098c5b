import { indexName } from '../src/domain/ids.js';
import type { IndexSpec } from '../src/domain/index-spec.js';
import type {
  AdvanceRequest,
  CompareRequest,
  ComparisonOutcome,
  CreatedVersion,
  DecisionRequest,
  PlanRequest,
  VerifyRequest,
  VersionRef,
  VersionSummary,
} from '../src/contracts/activities.js';
import { LifecycleError } from '../src/domain/errors.js';
import type { ComparisonReport } from '../src/domain/eval/report.js';
import type { Ports } from '../src/ports/index.js';
import { compareVersions } from '../src/use-cases/compare/compare-versions.js';
import { advanceVersion } from '../src/use-cases/decide/advance-version.js';
import { awaitedDecision, recordDecision } from '../src/use-cases/decide/record-decision.js';
import { createVersion } from '../src/use-cases/plan/create-version.js';
import { requireVerified } from '../src/use-cases/verify/require-verified.js';
import { heartbeating } from './heartbeating.js';
import { indexSpec, keyOf } from './spec.js';

/** Effects on one version's life, from its first row to the decision about it. */
export const createVersionActivities = (ports: Ports) => ({
  async createVersion({ index, configHash, startedBy }: PlanRequest): Promise<CreatedVersion> {
    const spec = await indexSpec(ports.registry, index, configHash);
    const version = await heartbeating(() => createVersion(ports, spec, { startedBy }));
    const { rollout } = version.config as unknown as IndexSpec;
    return { version: version.number, decisionHours: rollout.decisionHours };
  },

  async advanceVersion({ to, actor, reason, ...ref }: AdvanceRequest): Promise<void> {
    await advanceVersion(ports, { key: keyOf(ref), to, actor, reason });
  },

  async versionSummary(ref: VersionRef): Promise<VersionSummary> {
    const key = keyOf(ref);
    const version = await ports.registry.version(key);
    if (version === undefined) throw new LifecycleError('NOT_FOUND', `"${ref.index}" has no version ${ref.version}`);
    const { documents, chunks, quarantined } = await ports.ledger.totals(key);
    const { embedded, cacheHits } = version.totals;
    return { state: version.state, documents, chunks, quarantined, embedded, cacheHits };
  },

  async verifyVersion({ mode, ...ref }: VerifyRequest): Promise<void> {
    const key = keyOf(ref);
    const version = await ports.registry.version(key);
    const since = mode === 'difference' ? version?.verifiedWatermark : undefined;
    await heartbeating(({ signal, onProgress }) =>
      requireVerified(ports, key, { mode, since, signal, onProgress: (done, total) => onProgress({ done, total }) }),
    );
  },

  async compareVersions({ live, frozenHead, freezeOwner, ...ref }: CompareRequest): Promise<ComparisonOutcome> {
    const index = indexName(ref.index);
    const sides = { index, candidate: ref.version, frozenHead, freezeOwner, ...(live === null ? {} : { live }) };
    const record = await heartbeating(({ signal, onProgress }) =>
      compareVersions(ports, sides, { signal, onProgress: (done, total) => onProgress({ done, total }) }),
    );
    const { look } = (record.report as unknown as ComparisonReport).runCard;
    const awaited = await awaitedDecision(ports, index, ref.version);
    return { ...awaited, comparisonId: record.id, look: (look?.earlier ?? 0) + 1 };
  },

  async recordDecision({ index, decision }: DecisionRequest): Promise<void> {
    await recordDecision(ports, indexName(index), decision);
  },
});
