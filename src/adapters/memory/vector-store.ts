import { breathe, isTurnOver } from '../../pace.js';
import { LifecycleError } from '../../domain/errors.js';
import type { AliasName, ChunkId, CollectionName } from '../../domain/ids.js';
import type {
  CallOptions,
  CollectionInfo,
  CollectionSpec,
  PointGroup,
  ScoredPoint,
  StoredPoint,
  VectorFilter,
  VectorQuery,
  VectorStore,
} from '../../ports/vector-store.js';
import { MemoryCollection } from './vector-store-collection.js';

type Upsert = Parameters<VectorStore['upsert']>[1];

/** Collections and aliases of one process, with the rules of a real store; for tests. */
export class MemoryVectorStore implements VectorStore {
  private readonly collections = new Map<CollectionName, MemoryCollection>();
  private readonly aliases = new Map<AliasName, CollectionName>();

  async describe(): ReturnType<VectorStore['describe']> {
    return { title: 'memory', version: '1', exact: true };
  }

  async createCollection(spec: CollectionSpec): Promise<void> {
    const there = this.collections.get(spec.name);
    if (this.aliases.has(spec.name as string as AliasName) || (there !== undefined && !isSame(there.spec, spec))) {
      throw new LifecycleError('COLLECTION_CONFLICT', `Cannot create collection "${spec.name}": it exists and differs`);
    }
    if (there === undefined) this.collections.set(spec.name, new MemoryCollection(spec));
  }

  async collection(name: CollectionName): Promise<CollectionInfo | undefined> {
    const spec = this.collections.get(name)?.spec;
    if (spec === undefined) return undefined;
    return {
      name,
      metadata: spec.metadata,
      vectors: { [spec.vectorName]: { dimensions: spec.dimensions, distance: spec.distance } },
      payloadIndexes: [...spec.payloadIndexes].sort((a, b) => (a.field < b.field ? -1 : 1)),
      status: 'green',
      settled: true,
    };
  }

  async listCollections(): Promise<readonly CollectionName[]> {
    return [...this.collections.keys()].sort();
  }

  async deleteCollection(name: CollectionName): Promise<boolean> {
    if ([...this.aliases.values()].includes(name)) {
      throw new LifecycleError('COLLECTION_CONFLICT', `Cannot delete collection "${name}": an alias serves it`);
    }
    return this.collections.delete(name);
  }

  async upsert(collection: CollectionName, batch: Upsert, options?: CallOptions): Promise<void> {
    throwIfCancelled(options);
    if (batch.points.length > 0) this.resolve(collection).upsert(batch);
  }

  async deleteStale(
    collection: CollectionName,
    stale: Parameters<VectorStore['deleteStale']>[1],
    options?: CallOptions,
  ): Promise<void> {
    throwIfCancelled(options);
    if (stale.length > 0) this.resolve(collection).deleteStale(stale);
  }

  async retrieve(
    collection: CollectionName,
    ids: readonly ChunkId[],
    want: Parameters<VectorStore['retrieve']>[2],
  ): Promise<readonly StoredPoint[]> {
    return ids.length === 0 ? [] : this.resolve(collection).retrieve(ids, want);
  }

  async scroll(
    collection: CollectionName,
    page: Parameters<VectorStore['scroll']>[1],
  ): ReturnType<VectorStore['scroll']> {
    return this.resolve(collection).scroll(page);
  }

  async count(collection: CollectionName, filter?: VectorFilter): Promise<number> {
    return this.resolve(collection).count(filter);
  }

  async query(
    collection: CollectionName | AliasName,
    query: VectorQuery,
    options?: CallOptions,
  ): Promise<readonly ScoredPoint[]> {
    throwIfCancelled(options);
    return this.resolve(collection).query(query);
  }

  async queryBatch(
    collection: CollectionName | AliasName,
    queries: readonly VectorQuery[],
    options?: CallOptions,
  ): Promise<readonly (readonly ScoredPoint[])[]> {
    throwIfCancelled(options);
    if (queries.length === 0) return [];
    const resolved = this.resolve(collection);
    const answers: (readonly ScoredPoint[])[] = [];
    for (const query of queries) {
      answers.push(resolved.query(query));
      if (isTurnOver()) await breathe();
    }
    return answers;
  }

  async queryGroups(
    collection: CollectionName | AliasName,
    query: Parameters<VectorStore['queryGroups']>[1],
    options?: CallOptions,
  ): Promise<readonly PointGroup[]> {
    throwIfCancelled(options);
    return this.resolve(collection).queryGroups(query);
  }

  async resolveAlias(alias: AliasName): Promise<CollectionName | undefined> {
    return this.aliases.get(alias);
  }

  async listAliases(): ReturnType<VectorStore['listAliases']> {
    return [...this.aliases]
      .map(([alias, collection]) => ({ alias, collection }))
      .sort((a, b) => (a.alias < b.alias ? -1 : 1));
  }

  async pointAlias(alias: AliasName, collection: CollectionName, options?: CallOptions): Promise<void> {
    throwIfCancelled(options);
    if (!this.collections.has(collection)) throw unknown(collection);
    if (this.collections.has(alias as string as CollectionName)) {
      throw new LifecycleError('COLLECTION_CONFLICT', `Cannot create alias "${alias}": a collection has that name`);
    }
    this.aliases.set(alias, collection);
  }

  async close(): Promise<void> {
    this.collections.clear();
    this.aliases.clear();
  }

  private resolve(name: CollectionName | AliasName): MemoryCollection {
    const physical = this.aliases.get(name as AliasName) ?? (name as CollectionName);
    const collection = this.collections.get(physical);
    if (collection === undefined) throw unknown(name);
    return collection;
  }
}

const isSame = (a: CollectionSpec, b: CollectionSpec): boolean =>
  a.metadata.registry_id === b.metadata.registry_id &&
  a.metadata.version === b.metadata.version &&
  a.vectorName === b.vectorName &&
  a.dimensions === b.dimensions &&
  a.distance === b.distance;

const unknown = (name: string): LifecycleError => new LifecycleError('NOT_FOUND', `There is no collection "${name}"`);

function throwIfCancelled(options: CallOptions | undefined): void {
  if (options?.signal?.aborted !== true) return;
  throw new LifecycleError('CANCELLED', 'The caller gave up', { cause: options.signal.reason });
}
