import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { writeAtomically } from '../storage/write-atomically.js';
import type { CollectionRecord } from './collection-record.js';

const FORMAT = 1;

/** Which collections there are and which alias stands for which. */
export interface CatalogueState {
  readonly collections: ReadonlyMap<string, CollectionRecord>;
  readonly aliases: ReadonlyMap<string, string>;
}

/** The file's content; pairs, because names are a caller's and may be `__proto__`. */
interface CatalogueFile {
  readonly format: number;
  readonly storeId: string;
  readonly collections: readonly (readonly [string, CollectionRecord])[];
  readonly aliases: readonly (readonly [string, string])[];
}

/** One value, replaced as a whole: on disk before it counts. */
export class Catalogue {
  private turn: Promise<unknown> = Promise.resolve();

  private constructor(
    private readonly path: string,
    /** Identity of this store, kept when it moves to another address. */
    readonly storeId: string,
    private current: CatalogueState,
  ) {}

  static async open(folder: string): Promise<Catalogue> {
    const path = join(folder, 'catalogue.json');
    const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined;
      throw error;
    });
    const file = text === undefined ? EMPTY : (JSON.parse(text) as CatalogueFile);
    if (file.format !== FORMAT) throw new Error(`${path} has format ${file.format}, this version reads ${FORMAT}`);
    const state = { collections: new Map(file.collections), aliases: new Map(file.aliases) };
    const catalogue = new Catalogue(path, file.storeId === '' ? randomUUID() : file.storeId, state);
    if (text === undefined) await catalogue.replace({});
    return catalogue;
  }

  get state(): CatalogueState {
    return this.current;
  }

  /** Run one change after the other; whoever is inside sees a state that nobody else changes. */
  async exclusively<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.turn.then(work);
    this.turn = mine.catch(() => undefined);
    return mine;
  }

  /** Only inside `exclusively`. Readers see the change once it is on disk, and not at all when that failed. */
  async replace(change: Partial<CatalogueState>): Promise<void> {
    await this.save({ ...this.current, ...change });
    this.current = { ...this.current, ...change };
  }

  /** Save without showing it yet: one action of a list, which readers see only as a whole. */
  async save({ collections, aliases }: CatalogueState): Promise<void> {
    const file: CatalogueFile = {
      format: FORMAT,
      storeId: this.storeId,
      collections: [...collections],
      aliases: [...aliases],
    };
    await writeAtomically(this.path, JSON.stringify(file));
  }

  /** Show what was saved. */
  show(state: CatalogueState): void {
    this.current = state;
  }
}

const EMPTY: CatalogueFile = { format: FORMAT, storeId: '', collections: [], aliases: [] };
