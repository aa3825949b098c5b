import type { ComparisonReport } from '../domain/eval/report.js';
import { docId, indexName, type ContentKey, type DocId } from '../domain/ids.js';
import { LifecycleError } from '../domain/errors.js';
import type { ComparisonRecord } from '../ports/comparison-store.js';
import type { Ports } from '../ports/index.js';
import type { CommandContext } from './context.js';
import { renderReview, type ShownText } from './review/index.js';

const SNIPPET_CHARACTERS = 160;

/** A sealed comparison as people read it, worst regressions with the beginnings of their documents. */
export async function reviewText(context: CommandContext, comparisonId: string): Promise<string> {
  const ports = await context.ports();
  const record = await ports.comparisons.get(comparisonId);
  if (!record) throw new LifecycleError('NOT_FOUND', `No comparison ${comparisonId} in the registry`);
  return renderRecord(context, record);
}

export async function renderRecord(context: CommandContext, record: ComparisonRecord): Promise<string> {
  const ports = await context.ports();
  const report = record.report as unknown as ComparisonReport;
  const { color, width } = context.reporter;
  return renderReview(report, { color, width, texts: await shownTexts(ports, record.index, report) });
}

async function shownTexts(
  ports: Pick<Ports, 'log' | 'contents'>,
  index: string,
  report: ComparisonReport,
): Promise<ReadonlyMap<DocId, ShownText>> {
  const ids = new Set(
    report.regressions.flatMap(({ liveTop, candidateTop }) =>
      [...liveTop, ...candidateTop].map((hit) => docId(hit.docId)),
    ),
  );
  const rows = await ports.log.documents(indexName(index), [...ids]);
  const keys = rows.map((row) => row.contentKey).filter((key): key is ContentKey => key !== undefined);
  const texts = await ports.contents.texts(keys);
  return new Map(
    rows.map((row) => {
      const text = (row.contentKey && texts.get(row.contentKey)) ?? '';
      return [row.id, { title: row.title, snippet: text.slice(0, SNIPPET_CHARACTERS) }];
    }),
  );
}

/** The latest comparison of an index's candidate, else of the newest version that has one. */
export async function latestComparison(
  ports: Pick<Ports, 'registry' | 'comparisons'>,
  index: string,
): Promise<ComparisonRecord> {
  const name = indexName(index);
  const versions = [...(await ports.registry.versions(name))].sort((a, b) => b.number - a.number);
  for (const { number } of versions) {
    const record = await ports.comparisons.latest(name, number);
    if (record) return record;
  }
  throw new LifecycleError('NOT_FOUND', `"${index}" has no comparison yet`, {
    hint: `\`cutover reindex ${index}\` makes one.`,
  });
}
