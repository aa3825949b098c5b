import { v5 } from 'uuid';
import { formatTrecRun, type Run } from '../../domain/eval/trec.js';
import type { ComparisonReport } from '../../domain/eval/report.js';
import type { Sha256 } from '../../domain/ids.js';
import type { JsonObject } from '../../domain/json.js';
import { canonicalJson } from '../../domain/version/canonical-json.js';
import { sha256Hex } from '../../domain/version/sha256.js';
import type { ComparisonRecord } from '../../ports/comparison-store.js';
import type { Ports } from '../../ports/index.js';
import type { CompareRequest } from './compare-request.js';
import type { Side } from './side.js';

/** Our own UUID namespace for comparisons; drawn once at random. */
const NAMESPACE = '387777a8-9094-4c6f-9780-d73c599985ee';

/** The same comparison asked again under the same freeze has the same id, so that a retry seals no second look. */
export function comparisonId(
  { index, frozenHead, freezeOwner }: CompareRequest,
  of: { readonly live: Side | undefined; readonly candidate: Side; readonly goldenSet: string | undefined },
): string {
  const sideOf = (side: Side | undefined) => (side ? [side.version.number, side.version.fingerprints.version] : null);
  const name = [index, frozenHead, freezeOwner, sideOf(of.live), sideOf(of.candidate), of.goldenSet ?? null];
  return v5(canonicalJson(name), NAMESPACE);
}

/** An index without judged queries has the digest of nothing, so that its looks are counted too. */
export function digestOfGoldenSet(digest: string | undefined): Sha256 {
  return digest ?? sha256Hex(canonicalJson(null));
}

/** Make a report unchangeable: its digest is over its canonical JSON, and its runs lie beside it. */
export async function sealReport(
  { registry, comparisons }: Pick<Ports, 'registry' | 'comparisons'>,
  sealing: {
    readonly id: string;
    readonly request: CompareRequest;
    readonly report: ComparisonReport;
    readonly runs: { readonly live: Run | undefined; readonly candidate: Run } | undefined;
  },
): Promise<ComparisonRecord> {
  const { id, request, report, runs } = sealing;
  const { index, live, candidate, frozenHead } = request;
  const record: ComparisonRecord = {
    id,
    index,
    ...(live === undefined ? {} : { live }),
    candidate,
    verdict: report.verdict,
    goldenSet: digestOfGoldenSet(report.runCard.goldenSet ?? undefined),
    report: report as unknown as JsonObject,
    digest: sha256Hex(canonicalJson(report)),
    createdAt: await registry.now(),
  };
  await comparisons.seal(record, {
    ...(runs?.live ? { live: formatTrecRun(runs.live, `v${live}`) } : {}),
    candidate: runs ? formatTrecRun(runs.candidate, `v${candidate}`) : '',
  });
  await registry.note({ index, number: candidate }, { comparedWatermark: frozenHead, comparisonId: id });
  return record;
}
