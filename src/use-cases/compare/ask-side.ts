import type { ScoredDocument } from '../../domain/eval/rank-run.js';
import { mean } from '../../domain/eval/differences.js';
import type { Run } from '../../domain/eval/trec.js';
import type { VectorStore } from '../../ports/vector-store.js';
import { BATCH_QUERIES, retrieveBatch, searchAll, toDocuments, type AskedQuery, type Retrieved } from './retrieve.js';
import type { Side } from './side.js';

/** A difference of two scores below this is the store's rounding, not another neighbour. */
const SCORE_ROUNDING = 1e-5;

export interface SideAnswers {
  readonly run: Run;
  /** Mean share of the exact top k that approximate search finds; undefined where the store only searches exactly. */
  readonly annRecall: number | undefined;
}

export interface SideQuestions {
  readonly queries: readonly AskedQuery[];
  /** Documents wanted per query. */
  readonly depth: number;
  /** Approximate search is checked down to this rank; undefined where there is none to check. */
  readonly annK: number | undefined;
  readonly signal?: AbortSignal;
  readonly onAnswered?: (queries: number) => void;
}

/** Ask one side everything: exactly for quality, and the same again through the graph where there is one. */
export async function askSide(vectors: VectorStore, side: Side, questions: SideQuestions): Promise<SideAnswers> {
  const { queries, depth, annK, signal } = questions;
  const run = new Map<string, readonly ScoredDocument[]>();
  const recalls: number[] = [];
  for (let from = 0; from < queries.length; from += BATCH_QUERIES) {
    const batch = queries.slice(from, from + BATCH_QUERIES);
    const retrieved = await retrieveBatch(vectors, side, { queries: batch, depth, signal });
    batch.forEach(({ id }, index) => run.set(id, retrieved[index]?.documents ?? []));
    if (annK !== undefined) recalls.push(...(await approximateRecall(vectors, side, { retrieved, k: annK, signal })));
    questions.onAnswered?.(batch.length);
  }
  return { run, annRecall: annK === undefined || recalls.length === 0 ? undefined : mean(recalls) };
}

/**
 * Share of the true k nearest chunks that approximate search returns. A hit is any chunk at least as near as the
 * k-th, so that equal neighbours (the same text twice) do not count as misses; as ann-benchmarks measures it.
 */
async function approximateRecall(
  vectors: VectorStore,
  side: Side,
  {
    retrieved,
    k,
    signal,
  }: { readonly retrieved: readonly Retrieved[]; readonly k: number; readonly signal?: AbortSignal },
): Promise<readonly number[]> {
  const asked = retrieved.filter(({ chunkScores }) => chunkScores.length > 0);
  const answers = await searchAll(vectors, side, {
    vectors: asked.map(({ vector }) => vector),
    limit: k,
    exact: false,
    signal,
  });
  return asked.map(({ chunkScores }, index) => {
    const wanted = Math.min(k, chunkScores.length);
    const threshold = (chunkScores[wanted - 1] ?? 0) - SCORE_ROUNDING;
    const near = toDocuments(side, answers[index] ?? []).filter(({ score }) => score >= threshold);
    return Math.min(near.length, wanted) / wanted;
  });
}
