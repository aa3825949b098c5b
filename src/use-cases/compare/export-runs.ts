import { formatTrecQrels } from '../../domain/eval/trec.js';
import { LifecycleError } from '../../domain/errors.js';
import type { ComparisonRecord } from '../../ports/comparison-store.js';
import type { Ports } from '../../ports/index.js';
import { requireVersion, specOf } from '../catch-up/catch-up-ports.js';
import { selectJudged } from './golden-queries.js';

export interface ExportedFile {
  readonly name: string;
  readonly content: string;
}

/**
 * The runs of a sealed comparison and the judgements they were measured by, as TREC files. Anyone's
 * `trec_eval -c qrels.txt live.run` gives our figures: the files are in the order we ranked by.
 *
 * @throws {LifecycleError} `NOT_FOUND`; `JUDGEMENTS_INVALID` when the golden set has changed since.
 */
export async function exportRuns(
  ports: Pick<Ports, 'comparisons' | 'judgements' | 'registry'>,
  comparisonId: string,
): Promise<{ readonly files: readonly ExportedFile[] }> {
  const record = await ports.comparisons.get(comparisonId);
  const runs = await ports.comparisons.runs(comparisonId);
  if (!record || !runs) throw new LifecycleError('NOT_FOUND', `There is no comparison ${comparisonId}`);
  return {
    files: [
      ...(runs.live === undefined ? [] : [{ name: 'live.run', content: runs.live }]),
      { name: 'candidate.run', content: runs.candidate },
      { name: 'qrels.txt', content: await qrelsOf(ports, record) },
    ],
  };
}

async function qrelsOf(
  ports: Pick<Ports, 'judgements' | 'registry'>,
  { index, candidate, goldenSet, id }: ComparisonRecord,
): Promise<string> {
  const { evaluation } = specOf(await requireVersion(ports, { index, number: candidate }));
  if (!evaluation) {
    throw new LifecycleError('NOT_FOUND', `Comparison ${id} has no runs: "${index}" names no judged queries`, {
      hint: 'Set `evaluation.queries` and `evaluation.qrels` in cutover.yaml.',
    });
  }
  const golden = await ports.judgements.load(evaluation);
  if (golden.digest !== goldenSet) {
    throw new LifecycleError(
      'JUDGEMENTS_INVALID',
      `The judgements have changed since comparison ${id}: ${evaluation.qrels} has the digest ${golden.digest.slice(0, 12)}, sealed was ${goldenSet.slice(0, 12)}`,
      { hint: `Compare again with \`cutover compare ${index}\`, or put the old files back.` },
    );
  }
  return formatTrecQrels(selectJudged(golden).qrels);
}
