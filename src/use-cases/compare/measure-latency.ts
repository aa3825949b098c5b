import { percentile } from '../../domain/eval/bootstrap.js';
import { seededRandom, shuffled } from '../../domain/eval/random.js';
import type { LatencyReport } from '../../domain/eval/report.js';
import type { VectorStore } from '../../ports/vector-store.js';
import { searchOf, type AskedQuery } from './retrieve.js';
import type { Side } from './side.js';
import { ask } from './void-comparison.js';

const SAMPLES = 100;

/**
 * How long a search takes on each side: one query at a time, as callers send them, the sides taking turns in random
 * order so that neither always finds the warmer cache. Encoding is not in it.
 *
 * @returns one report per side, in their order; undefined without queries.
 */
export async function measureLatency(
  vectors: VectorStore,
  sides: readonly Side[],
  request: {
    readonly queries: readonly AskedQuery[];
    readonly k: number;
    readonly seed: number;
    readonly signal?: AbortSignal;
  },
): Promise<readonly LatencyReport[] | undefined> {
  const random = seededRandom(request.seed);
  const sample = shuffled(request.queries, random).slice(0, SAMPLES);
  const first = sample[0];
  if (!first) return undefined;
  const time = (side: Side, query: AskedQuery) => timeQuery(vectors, side, { ...request, query });
  for (const side of sides) await time(side, first);
  const times = sides.map((): number[] => []);
  for (const query of sample) {
    for (const position of shuffled([...sides.keys()], random)) {
      times[position]?.push(await time(sides[position] as Side, query));
    }
  }
  return times.map(summarise);
}

async function timeQuery(
  vectors: VectorStore,
  side: Side,
  { query, k, signal }: { readonly query: AskedQuery; readonly k: number; readonly signal?: AbortSignal },
): Promise<number> {
  const { number, collection } = side.version;
  return ask(`searching version ${number} for query "${query.id}"`, signal, async () => {
    const vector = await side.embedder.embedQuery(query.text, { signal });
    const started = performance.now();
    await vectors.query(collection, searchOf(side, vector, k), { signal });
    return performance.now() - started;
  });
}

function summarise(times: readonly number[]): LatencyReport {
  const sorted = [...times].sort((a, b) => a - b);
  const at = (share: number) => Number(percentile(sorted, share).toFixed(3));
  return { p50Ms: at(0.5), p95Ms: at(0.95), p99Ms: at(0.99), samples: sorted.length };
}
