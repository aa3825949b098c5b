import type { ScoredPoint } from '../../ports/vector-store.js';

// A tie that is longer than this is cut where the server cut it.
const MOST_EXTRA = 1024;

/**
 * Equal scores by id. A server gives them in any order, and not the same one for every limit.
 *
 * @param hits  As the server ranked them, best first: lower is better if the scores rise.
 */
export function orderHits(hits: readonly ScoredPoint[]): readonly ScoredPoint[] {
  const rising = (hits[0]?.score ?? 0) < (hits.at(-1)?.score ?? 0) ? 1 : -1;
  return [...hits].sort((a, b) => rising * (a.score - b.score) || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
}

/**
 * Ask until no query's last place is shared with a hit that was left out, so that the cut is the same every time.
 *
 * @param ask  Gets a limit for each query and answers them all.
 */
export async function settleTies(
  queries: readonly { readonly limit: number }[],
  ask: (limits: readonly number[]) => Promise<readonly (readonly ScoredPoint[])[]>,
): Promise<readonly (readonly ScoredPoint[])[]> {
  let extra = 1;
  for (;;) {
    const more = extra;
    const answers = await ask(queries.map(({ limit }) => limit + more));
    const open = answers.some((hits, i) => isCutOpen(hits, (queries[i] as { limit: number }).limit, more));
    if (!open || extra >= MOST_EXTRA) return answers.map((hits, i) => hits.slice(0, queries[i]?.limit));
    extra *= 32;
  }
}

/** Whether hits beyond those we got may share the score of the last one we keep. */
const isCutOpen = (hits: readonly ScoredPoint[], limit: number, extra: number): boolean =>
  hits.length === limit + extra && hits.at(-1)?.score === hits[limit - 1]?.score;
