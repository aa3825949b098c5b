import { queriesWithoutRelevant, type Qrels } from '../../domain/eval/evaluate-run.js';
import type { QueryCounts } from '../../domain/eval/report.js';
import { LifecycleError } from '../../domain/errors.js';
import type { DocId, IndexName } from '../../domain/ids.js';
import type { IndexSpec } from '../../domain/index-spec.js';
import type { Ports } from '../../ports/index.js';
import type { GoldenSet, JudgedQuery, PinnedQuery } from '../../ports/judgements.js';

/** Documents are looked up in the log this many at a time. */
const LOOK_UP = 1000;
const EXAMPLES = 5;

/** The queries a comparison asks, and what it measures the answers by. */
export interface GoldenQueries {
  readonly judged: readonly JudgedQuery[];
  /** Judgements of exactly the judged queries, in their order. */
  readonly qrels: Qrels;
  readonly pinned: readonly PinnedQuery[];
  readonly digest: string;
  readonly counts: Omit<QueryCounts, 'unanswered'>;
}

/**
 * Load the golden set of an index and hold it against the corpus.
 *
 * @returns undefined when the index names none.
 * @throws {LifecycleError} `JUDGEMENTS_INVALID`, also when not one judged document is in the corpus.
 */
export async function loadGoldenQueries(
  ports: Pick<Ports, 'judgements' | 'log'>,
  spec: Pick<IndexSpec, 'evaluation' | 'index'>,
): Promise<GoldenQueries | undefined> {
  if (!spec.evaluation) return undefined;
  const golden = await ports.judgements.load(spec.evaluation);
  const { judged, qrels } = selectJudged(golden);
  const unknownDocuments = await countUnknown(ports, spec.index, qrels);
  if (unknownDocuments.judged > 0 && unknownDocuments.count === unknownDocuments.judged) {
    throw new LifecycleError(
      'JUDGEMENTS_INVALID',
      `None of the ${unknownDocuments.judged} judged documents is in the corpus of "${spec.index}", for example ${unknownDocuments.examples.join(', ')}`,
      {
        hint: `Compare the document ids in ${spec.evaluation.qrels} with those that \`cutover search ${spec.index}\` answers.`,
        facts: { index: spec.index, judged: unknownDocuments.judged },
      },
    );
  }
  return {
    judged,
    qrels,
    pinned: golden.pinned,
    digest: golden.digest,
    counts: {
      unjudged: golden.queries.length - judged.length,
      withoutRelevant: queriesWithoutRelevant(qrels).length,
      unknownDocuments,
    },
  };
}

/** Queries that have judgements, with these; a query nobody judged can neither gain nor lose. */
export function selectJudged(golden: GoldenSet): { readonly judged: readonly JudgedQuery[]; readonly qrels: Qrels } {
  const judged = golden.queries.filter(({ id }) => (golden.qrels.get(id)?.size ?? 0) > 0);
  return { judged, qrels: new Map(judged.map(({ id }) => [id, golden.qrels.get(id) ?? new Map<DocId, number>()])) };
}

async function countUnknown(
  { log }: Pick<Ports, 'log'>,
  index: IndexName,
  qrels: Qrels,
): Promise<QueryCounts['unknownDocuments']> {
  const ids = [...new Set([...qrels.values()].flatMap((grades) => [...grades.keys()]))];
  const present = new Set<DocId>();
  for (let from = 0; from < ids.length; from += LOOK_UP) {
    const rows = await log.documents(index, ids.slice(from, from + LOOK_UP));
    for (const row of rows) if (row.kind === 'present') present.add(row.id);
  }
  const unknown = ids.filter((id) => !present.has(id));
  return { count: unknown.length, judged: ids.length, examples: unknown.slice(0, EXAMPLES) };
}
