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

/** Points of one collection in a map; every look goes through all of them. */
export class MemoryCollection {
  private readonly points = new Map<ChunkId, Held>();

  constructor(readonly spec: CollectionSpec) {}

  upsert({ vectorName, points, revisionAtMost }: Upsert): void {
    const stored = points.map(({ id, vector, payload }) => {
      this.requireVector(vectorName, vector);
      return [id, { vector: asStored(vector, this.spec.distance), payload: copy(payload) }] as const;
    });
    for (const [id, point] of stored) {
      const there = this.points.get(id);
      if (there === undefined || isAtMost(there.payload.rev, revisionAtMost)) this.points.set(id, point);
    }
  }

  deleteStale(stale: Stale): void {
    const below = new Map<JsonValue, number>();
    for (const one of stale) below.set(one.docId, Math.max(one.below, below.get(one.docId) ?? -Infinity));
    for (const [id, { payload }] of this.points) {
      const limit = below.get(payload.doc_id ?? null);
      if (limit !== undefined && typeof payload.rev === 'number' && payload.rev < limit) this.points.delete(id);
    }
  }

  retrieve(ids: readonly ChunkId[], want: Parameters<VectorStore['retrieve']>[2]): readonly StoredPoint[] {
    return ids.flatMap((id) => {
      const point = this.points.get(id);
      return point === undefined ? [] : [this.show(id, point, want)];
    });
  }

  scroll({ after, limit, filter, ...want }: PageRequest): Awaited<ReturnType<VectorStore['scroll']>> {
    const rest = this.matching(filter)
      .filter(([id]) => after === undefined || id > after)
      .sort(([a], [b]) => (a < b ? -1 : 1));
    const page = rest.slice(0, limit);
    const last = page.at(-1)?.[0];
    return {
      points: page.map(([id, point]) => this.show(id, point, want)),
      ...(rest.length > limit && last !== undefined ? { next: last } : {}),
    };
  }

  count(filter: VectorFilter | undefined): number {
    return this.matching(filter).length;
  }

  query(query: VectorQuery): readonly ScoredPoint[] {
    return this.ranked(query)
      .slice(0, query.limit)
      .map((hit) => this.showHit(hit, query));
  }

  queryGroups(query: Parameters<VectorStore['queryGroups']>[1]): readonly PointGroup[] {
    const field = translating(() => parseField(query.groupBy));
    const groups = new Map<string | number, ScoredPoint[]>();
    for (const hit of this.ranked(query)) {
      for (const key of groupKeys(hit.point.payload, field)) {
        const hits = groups.get(key) ?? [];
        groups.set(key, hits);
        if (hits.length < query.groupSize) hits.push(this.showHit(hit, query));
      }
    }
    return [...groups].slice(0, query.limit).map(([id, hits]) => ({ id, hits }));
  }

  private ranked(query: VectorQuery): readonly Hit[] {
    this.requireVector(query.vectorName, query.vector);
    const { distance } = this.spec;
    const asked = asStored(Float32Array.from(query.vector), distance);
    const hits = this.matching(query.filter).map(([id, point]) => ({
      id,
      point,
      score: score(point.vector, asked, distance),
    }));
    const sign = distance === 'Euclid' ? 1 : -1;
    return hits.sort((a, b) => sign * (a.score - b.score) || (a.id < b.id ? -1 : 1));
  }

  private matching(filter: VectorFilter | undefined): [ChunkId, Held][] {
    const parsed = filter === undefined ? undefined : translating(() => parseFilter(filter));
    return [...this.points].filter(([id, { payload }]) => parsed === undefined || matches(parsed, id, payload));
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

const matches = (filter: Filter, id: ChunkId, payload: JsonObject): boolean =>
  matchesFilter(filter, {
    id,
    values: (field) => valuesAt(payload, field.path),
    scalars: (field) => spread(valuesAt(payload, field.path)),
  });

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
  const length = Math.hypot(...vector);
  return distance !== 'Cosine' || length === 0 ? vector.slice() : vector.map((component) => component / length);
}

function score(a: Float32Array, b: Float32Array, distance: Distance): number {
  const sum = a.reduce((total, component, i) => {
    const other = b[i] as number;
    return total + (distance === 'Euclid' ? (component - other) ** 2 : component * other);
  }, 0);
  return Math.fround(distance === 'Euclid' ? Math.sqrt(sum) : sum);
}

function translating<T>(parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (error instanceof FilterError) throw new LifecycleError('VECTORS_REFUSED', error.message, { cause: error });
    throw error;
  }
}
