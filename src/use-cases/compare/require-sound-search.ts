import type { ComparisonReport } from '../../domain/eval/report.js';
import { findSearchProblems } from '../../domain/gate/integrity.js';
import type { IndexVersion } from '../../domain/version/version.js';
import type { Ports } from '../../ports/index.js';
import type { Side } from './side.js';
import { voidComparison } from './void-comparison.js';

/** A build stops long before it quarantines this many. */
const LIMIT = 10_000;
const EXAMPLES = 5;

/** @throws {LifecycleError} `COMPARISON_VOID` when the figures would measure a half-built graph or a missing document. */
export async function requireSoundSearch(
  ports: Pick<Ports, 'ledger'>,
  { live, candidate }: { readonly live: Side | undefined; readonly candidate: Side },
  annRecall: ComparisonReport['annRecall'],
): Promise<void> {
  const problems = findSearchProblems(candidate.spec.gate, {
    annRecall: annRecall ?? undefined,
    newlyQuarantined: live
      ? await newlyQuarantined(ports, live.version, candidate.version)
      : { count: 0, examples: [] },
  });
  if (problems.length > 0) throw voidComparison(candidate.version.index, problems);
}

/** Documents the candidate could not take in and live could. */
async function newlyQuarantined(
  { ledger }: Pick<Ports, 'ledger'>,
  live: IndexVersion,
  candidate: IndexVersion,
): Promise<{ readonly count: number; readonly examples: readonly string[] }> {
  const ours = await ledger.quarantined({ index: candidate.index, number: candidate.number }, LIMIT);
  const ids = ours.map(({ docId }) => docId);
  const theirs = await ledger.entries({ index: live.index, number: live.number }, ids);
  const newly = ids.filter((id) => theirs.get(id)?.quarantine === undefined);
  return { count: newly.length, examples: newly.slice(0, EXAMPLES) };
}
