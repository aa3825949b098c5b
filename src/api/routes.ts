import { LifecycleError } from '../domain/errors.js';
import type { CollectionName, IndexName, VersionNumber } from '../domain/ids.js';
import type { IndexRow } from '../domain/alias/index-row.js';
import type { IndexVersion, VersionState } from '../domain/version/version.js';
import type { Registry } from '../ports/registry.js';

/** Collection and encoder as one pair: both come from one version, chosen by one read of the index row. */
export interface Route {
  readonly row: IndexRow;
  readonly version: IndexVersion;
  readonly collection: CollectionName;
}

/** States in which a version's collection holds what it should. */
const SEARCHABLE: ReadonlySet<VersionState> = new Set([
  'built',
  'verified',
  'compared',
  'approved',
  'live',
  'previous',
]);

/**
 * Decides what a search of an index uses. A row is trusted for `ttlMs`; after that the registry must answer,
 * for nothing else knows what is live.
 */
export class Routes {
  private readonly rows = new Map<IndexName, { readonly until: number; readonly row: Promise<IndexRow> }>();
  /** Collection, vector name, identity and configuration of a version never change. */
  private readonly versions = new Map<string, IndexVersion>();

  constructor(
    private readonly registry: Pick<Registry, 'index' | 'version'>,
    private readonly options: { readonly ttlMs: number; readonly now: () => number },
  ) {}

  /**
   * @param wanted  A version to search instead of the live one.
   * @throws LifecycleError `NOT_FOUND` for an unknown index, one that serves nothing yet, or a version without a collection.
   */
  async resolve(index: IndexName, wanted?: VersionNumber): Promise<Route> {
    const row = await this.row(index);
    if (wanted !== undefined) return route(row, await this.searchable(index, wanted));
    if (row.live === undefined) {
      throw new LifecycleError('NOT_FOUND', `Index "${index}" has no live version yet`, {
        hint: `Build and promote one: \`cutover reindex ${index}\`.`,
      });
    }
    return route(row, await this.fixed(index, row.live));
  }

  /** Read the row anew next time: what it led to is gone. */
  forget(index: IndexName): void {
    this.rows.delete(index);
  }

  private row(index: IndexName): Promise<IndexRow> {
    const known = this.rows.get(index);
    if (known && known.until > this.options.now()) return known.row;
    const row = this.read(index);
    this.rows.set(index, { until: this.options.now() + this.options.ttlMs, row });
    // A failure, and an index that is not there yet, are not remembered.
    row.catch(() => {
      if (this.rows.get(index)?.row === row) this.rows.delete(index);
    });
    return row;
  }

  private async read(index: IndexName): Promise<IndexRow> {
    const row = await this.registry.index(index);
    if (row) return row;
    throw new LifecycleError('NOT_FOUND', `No index "${index}"`, { hint: 'See `cutover status <index>`.' });
  }

  private async fixed(index: IndexName, number: VersionNumber): Promise<IndexVersion> {
    const key = `${index}/${number}`;
    const known = this.versions.get(key);
    if (known) return known;
    const version = await this.registry.version({ index, number });
    if (!version)
      throw new LifecycleError('INTERNAL', `Version ${number} of "${index}" is live, but not in the registry`);
    this.versions.set(key, version);
    return version;
  }

  private async searchable(index: IndexName, number: VersionNumber): Promise<IndexVersion> {
    const version = await this.registry.version({ index, number });
    if (version && SEARCHABLE.has(version.state)) return version;
    const why = version ? `it is ${version.state}` : 'there is none';
    throw new LifecycleError('NOT_FOUND', `Version ${number} of "${index}" cannot be searched: ${why}`, {
      hint: `See \`cutover versions ${index}\`.`,
    });
  }
}

const route = (row: IndexRow, version: IndexVersion): Route => ({ row, version, collection: version.collection });
