import { docId, type DocId } from '../../domain/ids.js';
import type { Report } from './problems.js';

export interface Qrels {
  /** query id → document id → grade */
  readonly grades: ReadonlyMap<string, ReadonlyMap<DocId, number>>;
  /** Where each query is first judged. */
  readonly firstLines: ReadonlyMap<string, number>;
}

interface Judgement {
  readonly query: string;
  readonly document: DocId;
  readonly grade: number;
}

const GRADE = /^[+-]?\d{1,9}$/;

/**
 * Relevance judgements: three columns divided by tabs (BEIR, with or without its header), or TREC's four
 * columns `query iteration document grade` divided by white space. Grades are integers.
 */
export function parseQrels(content: string, report: Report): Qrels {
  const grades = new Map<string, Map<DocId, number>>();
  const firstLines = new Map<string, number>();
  for (const [index, line] of content.split(/\r?\n/).entries()) {
    if (line.trim() === '' || (firstLines.size === 0 && isHeader(line))) continue;
    const judgement = parseLine(line);
    if (typeof judgement === 'string') report(index + 1, judgement);
    else add(judgement, index + 1);
  }
  if (grades.size === 0) report(undefined, 'holds no judgement');
  return { grades, firstLines };

  function add({ query, document, grade }: Judgement, line: number): void {
    const judged = grades.get(query) ?? new Map<DocId, number>();
    const earlier = judged.get(document);
    if (earlier !== undefined && earlier !== grade) {
      report(line, `document "${document}" has two grades for query "${query}": ${earlier} and ${grade}`);
    }
    grades.set(query, judged.set(document, grade));
    if (!firstLines.has(query)) firstLines.set(query, line);
  }
}

const isHeader = (line: string): boolean => /^query-?_?id\tcorpus-?_?id\tscore\s*$/i.test(line);

function parseLine(line: string): Judgement | string {
  const columns = columnsOf(line);
  if (columns === undefined) {
    return 'must have three columns divided by tabs (query, document, grade) or the four of TREC';
  }
  const [query, document, grade] = columns;
  if (query === '' || document === '') return 'query and document must not be empty';
  if (!GRADE.test(grade)) return `grade "${grade}" is not an integer`;
  return { query, document: docId(document), grade: Number(grade) };
}

function columnsOf(line: string): readonly [string, string, string] | undefined {
  const tabs = line.split('\t').map((column) => column.trim());
  if (tabs.length === 3) return [tabs[0] ?? '', tabs[1] ?? '', tabs[2] ?? ''];
  const words = line.trim().split(/\s+/);
  return words.length === 4 ? [words[0] ?? '', words[2] ?? '', words[3] ?? ''] : undefined;
}
