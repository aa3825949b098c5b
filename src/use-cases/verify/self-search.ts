import { cosine } from '../../domain/version/probes.js';
import type { IndexVersion } from '../../domain/version/version.js';
import type { VectorStore } from '../../ports/vector-store.js';
import { inParts } from '../catch-up/vector-supply.js';
import type { SampledPoint } from './point-inspector.js';
import type { Finding, SelfSearch } from './verify-report.js';

/** Searches sent together. */
const BATCH_QUERIES = 50;
/** Vectors this near count as one: stores round, and normalise for cosine. */
const TWIN_COSINE = 1 - 1e-6;

/** Least share of approximate searches that find their own point. */
export const APPROXIMATE_SHARE = 0.99;

/**
 * Stored is not searchable: sampled points must find themselves, or a twin with the same vector. Points that
 * have left the collection meanwhile do not count.
 */
export async function selfSearch(
  vectors: VectorStore,
  version: IndexVersion,
  options: { readonly sample: readonly SampledPoint[]; readonly signal?: AbortSignal },
): Promise<SelfSearch & { readonly findings: readonly Finding[] }> {
  const { exact: isExact } = await vectors.describe();
  const lost = { exact: new Set<SampledPoint>(), approximate: new Set<SampledPoint>() };
  for (const part of inParts(options.sample, BATCH_QUERIES)) {
    options.signal?.throwIfAborted();
    for (const point of await searchAll(vectors, version, { part, exact: true })) lost.exact.add(point);
    if (isExact) continue;
    for (const point of await searchAll(vectors, version, { part, exact: false })) lost.approximate.add(point);
  }
  const sampled = options.sample.length;
  const share = (missed: number): number => (sampled === 0 ? 1 : (sampled - missed) / sampled);
  const exact = share(lost.exact.size);
  return {
    sampled,
    exact,
    approximate: isExact ? exact : share(lost.approximate.size),
    findings: [...lost.exact].map(({ id, docId }) => ({
      kind: 'self-search',
      docId,
      detail: `exact search for the vector of ${id} finds another point`,
    })),
  };
}

interface Searches {
  readonly part: readonly SampledPoint[];
  readonly exact: boolean;
}

/** @returns the points that do not find themselves */
async function searchAll(
  vectors: VectorStore,
  version: IndexVersion,
  { part, exact }: Searches,
): Promise<readonly SampledPoint[]> {
  const { collection, vectorName } = version;
  const queries = part.map(({ vector }) => ({ vectorName, vector, limit: 1, exact, withPayload: false }));
  const answers = await vectors.queryBatch(collection, queries);
  const strangers = part.flatMap((point, index) => {
    const id = answers[index]?.[0]?.id;
    return id === point.id ? [] : [{ point, id }];
  });
  if (strangers.length === 0) return [];
  const ids = strangers.flatMap(({ point, id }) => (id === undefined ? [point.id] : [point.id, id]));
  const stored = await vectors.retrieve(collection, [...new Set(ids)], { vectorName, payload: false });
  const byId = new Map(stored.map(({ id, vector }) => [id, vector]));
  return strangers
    .filter(({ point, id }) => {
      const own = byId.get(point.id);
      const other = id === undefined ? undefined : byId.get(id);
      return own !== undefined && !(other !== undefined && cosine(own, other) >= TWIN_COSINE);
    })
    .map(({ point }) => point);
}
