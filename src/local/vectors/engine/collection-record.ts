import type { JsonObject } from '../../../domain/json.js';
import type { PayloadIndex } from '../../../domain/version/identity.js';
import type { VectorParams } from './vector-column.js';

/** What the catalogue keeps of a collection; pairs instead of keys, because names are the caller's. */
export interface CollectionRecord {
  /** Folder of its log, below the store's; never used again after the collection is gone. */
  readonly folder: string;
  /** By name; the one of a collection with a single unnamed vector is called ''. */
  readonly vectors: readonly (readonly [string, VectorParams])[];
  /** The `vectors` section as it was sent, for reading back. */
  readonly vectorsConfig: JsonObject;
  /** HNSW, optimizer and quantization sections: kept and shown, without effect on an exact scan. */
  readonly sections: JsonObject;
  readonly metadata: JsonObject;
  readonly indexes: readonly (readonly [string, PayloadIndex['type']])[];
}
