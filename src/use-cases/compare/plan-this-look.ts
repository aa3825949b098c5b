import type { ComparisonReport } from '../../domain/eval/report.js';
import type { GateLook } from '../../domain/gate/facts.js';
import { planLook, type EarlierLook } from '../../domain/gate/plan-look.js';
import type { Ports } from '../../ports/index.js';
import { digestOfGoldenSet } from './seal-report.js';
import type { Side } from './side.js';

/** Which look at this candidate a comparison is, by what is sealed already; versions of one fingerprint are one candidate. */
export async function planThisLook(
  { registry, comparisons }: Pick<Ports, 'registry' | 'comparisons'>,
  { version: { index, fingerprints }, spec }: Side,
  goldenSet: string | undefined,
): Promise<GateLook> {
  const digest = digestOfGoldenSet(goldenSet);
  const twins = (await registry.versions(index)).filter((other) => other.fingerprints.version === fingerprints.version);
  const earlier: EarlierLook[] = [];
  for (const { number } of twins) {
    const record = await comparisons.latest(index, number);
    const seen = record?.report as unknown as ComparisonReport | undefined;
    // A report without a look is of a first version: it compared nothing.
    if (!record || !seen?.runCard.look) continue;
    earlier.push({ goldenSet: record.goldenSet, judgementsAdded: seen.runCard.look.judgementsAdded });
  }
  const earlierOnThisSet = await comparisons.looks(index, fingerprints.version, digest);
  return planLook(spec.gate, { goldenSet: digest, earlierOnThisSet, earlier });
}
