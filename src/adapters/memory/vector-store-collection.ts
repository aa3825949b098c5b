import { LifecycleError } from '../../domain/errors.js';
import { FilterError } from '../../domain/filter/filter.js';
import type { Field, Filter } from '../../domain/filter/filter.js';
import { matchesFilter, spread } from '../../domain/filter/matches-filter.js';
import { parseField, parseFilter } from '../../domain/filter/parse-filter.js';
import { valuesAt } from '../../domain/filter/payload-path.js';
import type { ChunkId } from '../../domain/ids.js';
import type { JsonObject, JsonValue } from '../../domain/json.js';
import type { Distance } from '../../domain/version/identity.js';
import type {
  CollectionSpec,
  PointGroup,
  ScoredPoint,
  StoredPoint,
  VectorFilter,
  VectorQuery,
  VectorStore,
} from '../../ports/vector-store.js';

type Upsert = Parameters<VectorStore['upsert']>[1];
type Stale = Parameters<VectorStore['deleteStale']>[1];
type PageRequest = Parameters<VectorStore['scroll']>[1];

interface Held {
  readonly vector: Float32Array;
  readonly payload: JsonObject;
}

/** Points of one collection in a map. Searches look at all of them, whatever asks by document at that document's. */
export class MemoryCollection {
  private readonly points = new Map<ChunkId, Held>();
  private readonly byDocument = new Map<JsonValue, Set<ChunkId>>();
  /** In order, as long as none comes or goes. */
  private ids: readonly ChunkId[] | undefined;

  constructor(readonly spec: CollectionSpec) {}

  upsert({ vectorName, points, revisionAtMost }: Upsert): void {
    const stored = points.map(({ id, vector, payload }) => {
      this.requireVector(vectorName, vector);
      return [id, { vector: asStored(vector, this.spec.distance), payload: copy(payload) }] as const;
    });
    for (const [id, point] of stored) {
      const there = this.points.get(id);
      if (there === undefined || isAtMost(there.payload.rev, revisionAtMost)) this.put(id, point);
    }
  }

  deleteStale(stale: Stale): void {
    const below = new Map<JsonValue, number>();
    for (const one of stale) below.set(one.docId, Math.max(one.below, below.get(one.docId) ?? -Infinity));
    for (const [doc, limit] of below) {
      for (const id of this.byDocument.get(doc) ?? []) {
        const rev = this.points.get(id)?.payload.rev;
        if (typeof rev === 'number' && rev < limit) this.remove(id);
      }
    }
  }

  retrieve(ids: readonly ChunkId[], want: Parameters<VectorStore['retrieve']>[2]): readonly StoredPoint[] {
    return ids.flatMap((id) => {
      const point = this.points.get(id);
      return point === undefined ? [] : [this.show(id, point, want)];
    });
  }

  scroll({ after, limit, filter, ...want }: PageRequest): Awaited<ReturnType<VectorStore['scroll']>> {
    const matches = matcherOf(filter);
    const doc = documentIn(filter);
    const ids = doc === undefined ? this.sorted() : [...(this.byDocument.get(doc) ?? [])].sort();
    const page: [ChunkId, Held][] = [];
    for (let at = after === undefined ? 0 : firstAfter(ids, after); at < ids.length && page.length <= limit; at += 1) {
      const id = ids[at] as ChunkId;
      const point = this.points.get(id);
      if (point && matches(id, point)) page.push([id, point]);
    }
    const points = page.slice(0, limit).map(([id, point]) => this.show(id, point, want));
    const last = points.at(-1)?.id;
    return { points, ...(page.length > limit && last !== undefined ? { next: last } : {}) };
  }

  count(filter: VectorFilter | undefined): number {
    if (filter === undefined) return this.points.size;
    const matches = matcherOf(filter);
    let count = 0;
    for (const [id, point] of this.points) if (matches(id, point)) count += 1;
    return count;
  }

  query(query: VectorQuery): readonly ScoredPoint[] {
    return this.best(query, query.limit).map((hit) => this.showHit(hit, query));
  }

  queryGroups(query: Parameters<VectorStore['queryGroups']>[1]): readonly PointGroup[] {
    const field = translating(() => parseField(query.groupBy));
    const groups = new Map<string | number, ScoredPoint[]>();
    for (const hit of this.best(query, Infinity)) {
      for (const key of groupKeys(hit.point.payload, field)) {
        const hits = groups.get(key) ?? [];
        groups.set(key, hits);
        if (hits.length < query.groupSize) hits.push(this.showHit(hit, query));
      }
    }
    return [...groups].slice(0, query.limit).map(([id, hits]) => ({ id, hits }));
  }

  /** The nearest `limit` points, nearest first, ties by id. */
  private best(query: VectorQuery, limit: number): readonly Hit[] {
    this.requireVector(query.vectorName, query.vector);
    const { distance } = this.spec;
    const asked = asStored(Float32Array.from(query.vector), distance);
    const matches = matcherOf(query.filter);
    const sign = distance === 'Euclid' ? 1 : -1;
    const nearer = (a: Hit, b: Hit) => sign * (a.score - b.score) || (a.id < b.id ? -1 : 1);
    // Sorted whenever twice as many are held: what is farther than the last of them is not looked at again.
    let hits: Hit[] = [];
    let last: Hit | undefined;
    for (const [id, point] of this.points) {
      if (query.filter !== undefined && !matches(id, point)) continue;
      const hit = { id, point, score: score(point.vector, asked, distance) };
      if (last && nearer(hit, last) > 0) continue;
      hits.push(hit);
      if (hits.length < 2 * limit + 1) continue;
      hits = hits.sort(nearer).slice(0, limit);
      last = hits.at(-1);
    }
    return hits.sort(nearer).slice(0, limit);
  }

  private put(id: ChunkId, point: Held): void {
    this.remove(id);
    this.points.set(id, point);
    const doc = point.payload.doc_id ?? null;
    const ofDocument = this.byDocument.get(doc);
    if (ofDocument) ofDocument.add(id);
    else this.byDocument.set(doc, new Set([id]));
  }

  private remove(id: ChunkId): void {
    const doc = this.points.get(id)?.payload.doc_id ?? null;
    this.points.delete(id);
    const ofDocument = this.byDocument.get(doc);
    ofDocument?.delete(id);
    if (ofDocument?.size === 0) this.byDocument.delete(doc);
    this.ids = undefined;
  }

  private sorted(): readonly ChunkId[] {
    this.ids ??= [...this.points.keys()].sort();
    return this.ids;
  }

  private show(id: ChunkId, { vector, payload }: Held, want: Omit<PageRequest, 'limit'>): StoredPoint {
    const isWanted = want.vectorName === this.spec.vectorName;
    return { id, ...(isWanted ? { vector: vector.slice() } : {}), payload: shown(payload, want.payload) };
  }

  private showHit({ id, point, score: value }: Hit, query: VectorQuery): ScoredPoint {
    return { id, payload: shown(point.payload, query.withPayload ?? true), score: value };
  }

  private requireVector(name: string, vector: Float32Array | readonly number[]): void {
    if (name !== this.spec.vectorName) throw refused(`Not existing vector name error: ${name}`);
    if (vector.length !== this.spec.dimensions) {
      throw refused(`Vector dimension error: expected dim: ${this.spec.dimensions}, got ${vector.length}`);
    }
    if (!vector.every((component) => Number.isFinite(Math.fround(component)))) {
      throw refused('a vector has a component that is no finite float32');
    }
  }
}

interface Hit {
  readonly id: ChunkId;
  readonly point: Held;
  readonly score: number;
}

const refused = (message: string): LifecycleError => new LifecycleError('VECTORS_REFUSED', message);

const isAtMost = (rev: JsonValue | undefined, limit: number): boolean => typeof rev === 'number' && rev <= limit;

const copy = (payload: JsonObject): JsonObject => JSON.parse(JSON.stringify(payload)) as JsonObject;

type Matcher = (id: ChunkId, point: Held) => boolean;

/** @throws {LifecycleError} `VECTORS_REFUSED` for a filter that is none */
function matcherOf(filter: VectorFilter | undefined): Matcher {
  if (filter === undefined) return () => true;
  const parsed: Filter = translating(() => parseFilter(filter));
  return (id, { payload }) =>
    matchesFilter(parsed, {
      id,
      values: (field) => valuesAt(payload, field.path),
      scalars: (field) => spread(valuesAt(payload, field.path)),
    });
}

/** The one document a filter is about, if that is all it says. */
function documentIn(filter: VectorFilter | undefined): string | undefined {
  const must: unknown = filter?.must;
  const [condition, ...others] = Array.isArray(must) ? (must as readonly unknown[]) : [];
  if (others.length > 0 || typeof condition !== 'object' || condition === null) return undefined;
  const { key, match } = condition as { readonly key?: unknown; readonly match?: { readonly value?: unknown } };
  return key === 'doc_id' && typeof match?.value === 'string' ? match.value : undefined;
}

/** Place of the first id after another, in order. */
function firstAfter(ids: readonly ChunkId[], after: ChunkId): number {
  let [low, high] = [0, ids.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ids[middle] as ChunkId) > after) high = middle;
    else low = middle + 1;
  }
  return low;
}

const groupKeys = (payload: JsonObject, field: Field): readonly (string | number)[] =>
  spread(valuesAt(payload, field.path)).filter(
    (value): value is string | number => typeof value === 'string' || typeof value === 'number',
  );

/** Whole, none, or the named top-level fields. */
function shown(payload: JsonObject, want: boolean | readonly string[]): JsonObject {
  if (want === false) return {};
  const whole = copy(payload);
  return want === true ? whole : Object.fromEntries(Object.entries(whole).filter(([key]) => want.includes(key)));
}

/** Cosine keeps unit vectors, so that a score is a dot product. */
function asStored(vector: Float32Array, distance: Distance): Float32Array {
  const length = distance === 'Cosine' ? Math.sqrt(dot(vector, vector)) : 0;
  return length === 0 ? vector.slice() : vector.map((component) => component / length);
}

function score(a: Float32Array, b: Float32Array, distance: Distance): number {
  if (distance !== 'Euclid') return Math.fround(dot(a, b));
  let sum = 0;
  for (let at = 0; at < a.length; at += 1) sum += (a[at]! - b[at]!) ** 2;
  return Math.fround(Math.sqrt(sum));
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let at = 0; at < a.length; at += 1) sum += a[at]! * b[at]!;
  return sum;
}

function translating<T>(parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (error instanceof FilterError) throw new LifecycleError('VECTORS_REFUSED', error.message, { cause: error });
    throw error;
  }
}
