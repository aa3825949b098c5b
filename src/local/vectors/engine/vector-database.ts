import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

import type { PayloadIndex } from '../../../domain/version/identity.js';
import { noCollection, Refusal, wrongInput } from '../refusal.js';
import type { HomeLock } from '../../home-lock.js';
import { lockFolder } from '../storage/folder-lock.js';
import { DamagedLogError } from '../storage/log-reader.js';
import { alreadyExists, applyAliasAction } from './alias-actions.js';
import type { AliasAction } from './alias-actions.js';
import { Catalogue } from './catalogue.js';
import type { CatalogueState } from './catalogue.js';
import type { CollectionRecord } from './collection-record.js';
import { Collection } from './collection.js';
import { DEFAULT_COMPACTION } from './compaction.js';
import type { CompactionPolicy } from './compaction.js';

/** A collection as a request sees it from its beginning to its end, whatever happens to aliases meanwhile. */
export interface Resolved {
  /** Its physical name. */
  readonly name: string;
  readonly record: CollectionRecord;
  /** @throws {Refusal} 500 when its log is damaged. */
  readonly collection: Collection;
}

/** All collections and aliases of one folder, which no other server may open meanwhile. */
export class VectorDatabase {
  private readonly open = new Map<string, Collection | DamagedLogError>();

  private constructor(
    private readonly folder: string,
    private readonly catalogue: Catalogue,
    private readonly hold: { readonly lock: HomeLock; readonly compaction: CompactionPolicy },
  ) {}

  /** @throws LifecycleError `ALREADY_RUNNING` when another server has the folder. */
  static async open(folder: string, compaction = DEFAULT_COMPACTION): Promise<VectorDatabase> {
    await mkdir(join(folder, 'collections'), { recursive: true });
    const lock = await lockFolder(folder);
    try {
      const database = new VectorDatabase(folder, await Catalogue.open(folder), { lock, compaction });
      await database.load();
      return database;
    } catch (error) {
      await lock.release();
      throw error;
    }
  }

  get storeId(): string {
    return this.catalogue.storeId;
  }

  get state(): CatalogueState {
    return this.catalogue.state;
  }

  /** @throws {Refusal} 404. Aliases come first, as in Qdrant: one that was renamed onto a collection's name shadows it. */
  resolve(name: string): Resolved {
    const { collections, aliases } = this.state;
    const physical = aliases.get(name) ?? name;
    const record = collections.get(physical);
    if (record === undefined) throw noCollection(name);
    const opened = this.open.get(record.folder);
    return {
      name: physical,
      record,
      get collection() {
        if (opened instanceof Collection) return opened;
        throw new Refusal(500, `Service internal error: Collection \`${physical}\`: ${opened?.message ?? 'not open'}`);
      },
    };
  }

  /** Points of a collection; 0 when it is damaged. */
  pointsOf(record: CollectionRecord): number {
    const opened = this.open.get(record.folder);
    return opened instanceof Collection ? opened.table.size : 0;
  }

  /** What keeps a collection from working; undefined when nothing does. */
  damageOf(record: CollectionRecord): string | undefined {
    const opened = this.open.get(record.folder);
    return opened instanceof DamagedLogError ? opened.message : undefined;
  }

  /**
   * A write to the log failed (a full disk, mostly): go back to what is on disk, so that nobody reads
   * what would be gone after a restart.
   */
  async reopenFailed({ collection, record }: Pick<Resolved, 'collection' | 'record'>): Promise<void> {
    await this.catalogue.exclusively(async () => {
      if (collection.log.failed === undefined || this.open.get(record.folder) !== collection) return;
      await collection.close();
      this.open.set(record.folder, await this.openCollection(record).catch(keepDamage));
    });
  }

  async createCollection(name: string, config: Omit<CollectionRecord, 'folder' | 'indexes'>): Promise<void> {
    await this.catalogue.exclusively(async () => {
      const { collections, aliases } = this.state;
      if (collections.has(name)) throw alreadyExists(name);
      if (aliases.has(name)) {
        throw wrongInput(`Can't create collection with name ${name}. Alias with the same name already exists`);
      }
      const record: CollectionRecord = { ...config, folder: randomUUID(), indexes: [] };
      this.open.set(record.folder, await this.openCollection(record));
      await this.catalogue.replace({ collections: new Map([...collections, [name, record]]) });
    });
  }

  /** @param change  Gets the record as it is and returns it as it shall be. */
  async updateCollection(name: string, change: (record: CollectionRecord) => CollectionRecord): Promise<void> {
    await this.catalogue.exclusively(async () => {
      const resolved = this.resolve(name);
      const collections = new Map(this.state.collections).set(resolved.name, change(resolved.record));
      await this.catalogue.replace({ collections });
    });
  }

  /** By physical name; its aliases go with it, silently, as in Qdrant. @returns whether there was one */
  async deleteCollection(name: string): Promise<boolean> {
    return this.catalogue.exclusively(async () => {
      const record = this.state.collections.get(name);
      if (record === undefined) return false;
      await this.catalogue.replace({
        collections: new Map([...this.state.collections].filter(([other]) => other !== name)),
        aliases: new Map([...this.state.aliases].filter(([, target]) => target !== name)),
      });
      const opened = this.open.get(record.folder);
      this.open.delete(record.folder);
      if (opened instanceof Collection) await opened.close();
      await rm(this.path(record), { recursive: true, force: true });
      return true;
    });
  }

  /**
   * Apply actions in order. Each is saved by itself, and those before a refused one stay: Qdrant has no rollback either.
   * No reader sees a list half done.
   */
  async updateAliases(actions: readonly AliasAction[]): Promise<void> {
    await this.catalogue.exclusively(async () => {
      let state = this.state;
      try {
        for (const action of actions) {
          const next = applyAliasAction(state, action);
          await this.catalogue.save(next);
          state = next;
        }
      } finally {
        this.catalogue.show(state);
      }
    });
  }

  /** Create, or replace one of another type. */
  async createIndex(name: string, field: string, type: PayloadIndex['type']): Promise<void> {
    const { collection, name: physical } = this.resolve(name);
    const index = collection.table.index(field);
    if (index?.type !== type || !index.complete) await collection.addIndex(field, type);
    await this.setIndexes(physical, (others) => [...others.filter(([other]) => other !== field), [field, type]]);
  }

  async deleteIndex(name: string, field: string): Promise<void> {
    const { collection, name: physical } = this.resolve(name);
    collection.table.removeIndex(field);
    await this.setIndexes(physical, (others) => others.filter(([other]) => other !== field));
  }

  async close(): Promise<void> {
    await this.catalogue.exclusively(async () => {
      for (const opened of this.open.values()) if (opened instanceof Collection) await opened.close();
    });
    await this.hold.lock.release();
  }

  private async setIndexes(
    name: string,
    change: (indexes: CollectionRecord['indexes']) => CollectionRecord['indexes'],
  ): Promise<void> {
    await this.updateCollection(name, (record) => ({ ...record, indexes: change(record.indexes) }));
  }

  private async load(): Promise<void> {
    const records = [...this.state.collections.values()];
    for (const record of records) {
      this.open.set(record.folder, await this.openCollection(record).catch(keepDamage));
    }
    const known = new Set(records.map((record) => record.folder));
    for (const folder of await readdir(join(this.folder, 'collections'))) {
      // Of a collection that was deleted, or whose creation never got into the catalogue.
      if (!known.has(folder)) await rm(join(this.folder, 'collections', folder), { recursive: true, force: true });
    }
  }

  private async openCollection(record: CollectionRecord): Promise<Collection> {
    return Collection.open(this.path(record), record, this.hold.compaction);
  }

  private path(record: CollectionRecord): string {
    return join(this.folder, 'collections', record.folder);
  }
}

/** One damaged collection must not take the others down. */
function keepDamage(error: unknown): DamagedLogError {
  if (error instanceof DamagedLogError) return error;
  throw error;
}
