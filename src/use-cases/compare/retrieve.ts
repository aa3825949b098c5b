import { collapseChunks } from '../../domain/eval/collapse-chunks.js';
import type { ScoredDocument } from '../../domain/eval/rank-run.js';
import { docId } from '../../domain/ids.js';
import { LifecycleError } from '../../domain/errors.js';
import type { ScoredPoint, VectorQuery, VectorStore } from '../../ports/vector-store.js';
import type { Side } from './side.js';
import { ask } from './void-comparison.js';

/** Queries embedded and sent at once. */
export const BATCH_QUERIES = 16;
/** Points one request may answer with: 8,000 payloads of an id stay below a megabyte. */
const BATCH_POINTS = 8_000;
/** An exact scan of a large collection takes its time. */
const TIMEOUT_MS = 60_000;

export interface AskedQuery {
  readonly id: string;
  readonly text: string;
}

/** A query's documents, and how well the best chunks scored, for checking approximate search against. */
export interface Retrieved {
  readonly documents: readonly ScoredDocument[];
  readonly vector: Float32Array;
  /** Scores of all retrieved chunks, best first, higher is better. */
  readonly chunkScores: readonly number[];
}

/** Exact answers of one side to a few queries, `depth` documents each where the collection has as many. */
export async function retrieveBatch(
  vectors: VectorStore,
  side: Side,
  request: { readonly queries: readonly AskedQuery[]; readonly depth: number; readonly signal?: AbortSignal },
): Promise<readonly Retrieved[]> {
  const { queries, depth, signal } = request;
  const embedded = await embedQueries(side, queries, signal);
  const found = new Map<number, Retrieved>();
  let open = queries.map((_, index) => index);
  for (let limit = firstLimit(side, depth); open.length > 0; limit *= 2) {
    const answers = await searchAll(vectors, side, { vectors: pick(embedded, open), limit, exact: true, signal });
    const short: number[] = [];
    open.forEach((index, position) => {
      const points = answers[position] ?? [];
      const chunks = toDocuments(side, points);
      const documents = collapseChunks(chunks, depth);
      // A full answer with too few documents hides more behind it: several chunks of one document came first.
      if (documents.length < depth && points.length >= limit) short.push(index);
      else found.set(index, { documents, vector: embedded[index] as Float32Array, chunkScores: scoresOf(chunks) });
    });
    open = short;
  }
  return queries.map((_, index) => found.get(index) as Retrieved);
}

/** Search one side with several vectors, in requests whose answers stay small. */
export async function searchAll(
  store: VectorStore,
  side: Side,
  search: {
    readonly vectors: readonly Float32Array[];
    readonly limit: number;
    readonly exact: boolean;
    readonly signal?: AbortSignal;
  },
): Promise<readonly (readonly ScoredPoint[])[]> {
  const { vectors, limit, exact, signal } = search;
  const { collection, number } = side.version;
  const atOnce = Math.max(1, Math.floor(BATCH_POINTS / limit));
  const answers: (readonly ScoredPoint[])[] = [];
  for (let from = 0; from < vectors.length; from += atOnce) {
    const queries = vectors.slice(from, from + atOnce).map((vector) => ({ ...searchOf(side, vector, limit), exact }));
    const batch = await ask(`searching version ${number}`, signal, () =>
      store.queryBatch(collection, queries, { timeoutMs: TIMEOUT_MS, signal }),
    );
    answers.push(...batch);
  }
  return answers;
}

export function searchOf(side: Side, vector: Float32Array, limit: number): VectorQuery {
  return { vectorName: side.version.vectorName, vector, limit, withPayload: ['doc_id'] };
}

/** Chunks as documents with scores that grow with nearness. */
export function toDocuments(side: Side, points: readonly ScoredPoint[]): readonly ScoredDocument[] {
  const sign = side.version.identity.schema.distance === 'Euclid' ? -1 : 1;
  return points.map(({ id, score, payload }) => {
    const document = payload['doc_id'];
    if (typeof document === 'string' && Number.isFinite(score)) return { docId: docId(document), score: sign * score };
    throw new LifecycleError(
      'COMPARISON_VOID',
      `The comparison is void: point ${id} of "${side.version.collection}" has ${typeof document === 'string' ? `the score ${score}` : 'no doc_id'}`,
      { hint: `See what else is there: \`cutover verify ${side.version.index}\`.` },
    );
  });
}

function embedQueries(side: Side, queries: readonly AskedQuery[], signal: AbortSignal | undefined) {
  return Promise.all(
    queries.map(({ id, text }) =>
      ask(`encoding query "${id}" for version ${side.version.number}`, signal, () =>
        side.embedder.embedQuery(text, { signal }),
      ),
    ),
  );
}

/** As many chunks as usually hold `depth` documents. */
function firstLimit({ totals }: Side, depth: number): number {
  const chunksPerDocument = totals.documents === 0 ? 1 : totals.chunks / totals.documents;
  return Math.max(depth, Math.min(BATCH_POINTS, Math.ceil(depth * chunksPerDocument * 1.5)));
}

const pick = <T>(items: readonly T[], indexes: readonly number[]): T[] => indexes.map((index) => items[index] as T);
const scoresOf = (chunks: readonly ScoredDocument[]): number[] =>
  chunks.map(({ score }) => score).sort((a, b) => b - a);
