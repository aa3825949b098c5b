import { findStandingProblems, type SideFacts } from '../../domain/gate/integrity.js';
import type { VersionNumber } from '../../domain/ids.js';
import type { Ports } from '../../ports/index.js';
import { requireVersion } from '../catch-up/catch-up-ports.js';
import type { CompareRequest } from './compare-request.js';
import { voidComparison } from './void-comparison.js';

/**
 * Read head, freeze and watermarks as they are now and hold them against the frozen head.
 *
 * @throws {LifecycleError} `COMPARISON_VOID` when the sides do not show one and the same corpus.
 */
export async function requireStanding(
  ports: Pick<Ports, 'registry' | 'log'>,
  { index, live, candidate, frozenHead, freezeOwner }: CompareRequest,
): Promise<void> {
  const factsOf = async (number: VersionNumber): Promise<SideFacts> => {
    const { watermark, verifiedWatermark } = await requireVersion(ports, { index, number });
    return { version: number, watermark, verifiedWatermark };
  };
  const { head, freeze } = await ports.log.state(index);
  const problems = findStandingProblems({
    frozenHead,
    head,
    freezeOwner: freeze?.owner,
    expectedOwner: freezeOwner,
    live: live === undefined ? undefined : await factsOf(live),
    candidate: await factsOf(candidate),
  });
  if (problems.length > 0) throw voidComparison(index, problems);
}
