import { readFile } from 'node:fs/promises';
import type { DocId } from '../../domain/ids.js';
import type { EvaluationSpec } from '../../domain/index-spec.js';
import { canonicalJson } from '../../domain/version/canonical-json.js';
import { sha256Hex } from '../../domain/version/sha256.js';
import type { GoldenSet, JudgedQuery, Judgements, PinnedQuery } from '../../ports/judgements.js';
import { parsePinned, parseQueries } from './parse-queries.js';
import { parseQrels, type Qrels } from './parse-qrels.js';
import { Problems, type Report } from './problems.js';

/** Judgements from files: BEIR `queries.jsonl`, qrels of BEIR or TREC, pinned queries as JSON lines. */
export function createFileJudgements(): Judgements {
  return { load };
}

async function load(spec: EvaluationSpec): Promise<GoldenSet> {
  const problems = new Problems();
  const [queriesText, qrelsText, pinnedText] = await Promise.all([
    readText(spec.queries, problems),
    readText(spec.qrels, problems),
    spec.pinned === undefined ? '' : readText(spec.pinned, problems),
  ]);
  const queries = parseQueries(queriesText, problems.of(spec.queries));
  const qrels = parseQrels(qrelsText, problems.of(spec.qrels));
  const pinned = spec.pinned === undefined ? [] : parsePinned(pinnedText, problems.of(spec.pinned));
  requireKnownQueries(queries, qrels, problems.of(spec.qrels));
  problems.throwIfAny();
  return { queries, qrels: qrels.grades, pinned, digest: digestOf(queries, qrels.grades, pinned) };
}

async function readText(path: string, problems: Problems): Promise<string> {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(await readFile(path));
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    problems.of(path)(undefined, error instanceof TypeError ? 'is not valid UTF-8' : `cannot be read: ${code}`);
    return '';
  }
}

function requireKnownQueries(queries: readonly JudgedQuery[], qrels: Qrels, report: Report): void {
  if (queries.length === 0) return;
  const known = new Set(queries.map(({ id }) => id));
  for (const [query, line] of qrels.firstLines) {
    if (!known.has(query)) report(line, `query "${query}" is not among the queries`);
  }
}

/** Independent of the order of files' lines, so that sorting a file makes no new golden set. */
function digestOf(
  queries: readonly JudgedQuery[],
  qrels: ReadonlyMap<string, ReadonlyMap<DocId, number>>,
  pinned: readonly PinnedQuery[],
): string {
  const byId = <T extends { readonly id: string }>(items: readonly T[]): readonly T[] =>
    [...items].sort((a, b) => (a.id < b.id ? -1 : 1));
  const grades = Object.fromEntries([...qrels].map(([query, judged]) => [query, Object.fromEntries(judged)]));
  return sha256Hex(canonicalJson({ queries: byId(queries), qrels: grades, pinned: byId(pinned) }));
}
