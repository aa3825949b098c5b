import type { RunCard } from '../../domain/eval/report.js';
import { LifecycleError } from '../../domain/errors.js';
import type { VersionNumber } from '../../domain/ids.js';
import type { ComparisonRecord } from '../../ports/comparison-store.js';
import { requireVersion } from '../catch-up/catch-up-ports.js';
import { assembleReport } from './assemble-report.js';
import type { CompareOptions, ComparePorts, CompareRequest } from './compare-request.js';
import { loadGoldenQueries } from './golden-queries.js';
import { depthOf, measureSides, type Contest } from './measure-sides.js';
import { planThisLook } from './plan-this-look.js';
import { requireSoundSearch } from './require-sound-search.js';
import { requireStanding } from './require-standing.js';
import { comparisonId, sealReport } from './seal-report.js';
import { openSide, sideCard, type Side } from './side.js';

/**
 * Send the same queries to the live and the candidate version, measure the answers, and seal the report.
 *
 * Both must stand verified at the frozen head, before and after. Searches are exact, so that the figures measure
 * the versions and not the graph; the graph is measured beside them. Safe to repeat: a sealed comparison of this
 * freeze is returned as it is.
 *
 * @throws {LifecycleError} `COMPARISON_VOID` when integrity is broken or a query failed (retryable when that was),
 *   `JUDGEMENTS_INVALID`, `ENCODER_CHANGED`, `NOT_FOUND`, `USAGE`.
 */
export async function compareVersions(
  ports: ComparePorts,
  request: CompareRequest,
  options: CompareOptions = {},
): Promise<ComparisonRecord> {
  const startedAt = await ports.registry.now();
  const { live, candidate } = await openSides(ports, request);
  await requireStanding(ports, request);
  const golden = await loadGoldenQueries(ports, candidate.spec);
  const id = comparisonId(request, { live, candidate, goldenSet: golden?.digest });
  const sealed = await ports.comparisons.get(id);
  if (sealed) return sealed;

  const measured = golden && (await measureSides(ports, { live, candidate, golden }, options));
  await requireStanding(ports, request);
  await requireSoundSearch(ports, { live, candidate }, measured?.annRecall ?? null);
  const look = live ? await planThisLook(ports, candidate, golden?.digest) : null;
  const policy = candidate.spec.gate;
  const runCard: RunCard = {
    ...(await describeRun(ports, request, { live, candidate, golden })),
    look,
    startedAt,
    durationsMs: measured?.durationsMs ?? { retrieve: 0, latency: 0 },
  };
  const report = assembleReport(runCard, { policy, look, measured });
  return sealReport(ports, { id, request, report, runs: measured?.pair });
}

async function openSides(ports: ComparePorts, { index, live, candidate }: CompareRequest) {
  if (live === candidate) {
    throw new LifecycleError('USAGE', `Version ${candidate} of "${index}" cannot be compared with itself`, {
      hint: `Name two versions: \`cutover compare ${index} --live <n> --candidate <n>\`.`,
    });
  }
  const open = async (role: Side['role'], number: VersionNumber) =>
    openSide(ports, role, await requireVersion(ports, { index, number }));
  return {
    live: live === undefined ? undefined : await open('live', live),
    candidate: await open('candidate', candidate),
  };
}

async function describeRun(
  { vectors }: ComparePorts,
  { index, frozenHead }: CompareRequest,
  { live, candidate, golden }: Omit<Contest, 'golden'> & Partial<Pick<Contest, 'golden'>>,
): Promise<Omit<RunCard, 'look' | 'startedAt' | 'durationsMs'>> {
  const { title, version, exact } = await vectors.describe();
  const policy = candidate.spec.gate;
  return {
    index,
    live: live ? sideCard(live) : null,
    candidate: sideCard(candidate),
    watermark: frozenHead,
    goldenSet: golden?.digest ?? null,
    policy,
    depth: depthOf(policy),
    store: { title, version, exact },
  };
}
