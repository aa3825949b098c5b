import type { RegistryPorts } from '../registry-rules.js';
import { PostgresComparisonStore } from './comparison-store.js';
import { PostgresContentStore } from './contents.js';
import { PostgresCorpusLog } from './corpus-log.js';
import { Database } from './database.js';
import { PostgresEmbeddingCache } from './embedding-cache.js';
import { PostgresLedger } from './ledger.js';
import { migrate } from './migrate.js';
import { PostgresRegistry } from './registry.js';
import { PostgresWriterFence } from './writer-fence.js';

/** The registry's ports over one pool; close it when done. */
export interface OpenRegistry extends RegistryPorts {
  close(): Promise<void>;
}

/**
 * Connect to the registry, and bring its schema up to date first. Any number of processes may do so at once.
 *
 * @param url  `postgres://user:password@host:port/database`
 * @throws {LifecycleError} `REGISTRY_UNAVAILABLE`, `REGISTRY_TOO_NEW`
 */
export async function connectPostgres({ url }: { readonly url: string }): Promise<OpenRegistry> {
  await migrate(url);
  const db = new Database(url);
  return {
    registry: new PostgresRegistry(db),
    log: new PostgresCorpusLog(db),
    contents: new PostgresContentStore(db),
    ledger: new PostgresLedger(db),
    fence: new PostgresWriterFence(db),
    cache: new PostgresEmbeddingCache(db),
    comparisons: new PostgresComparisonStore(db),
    close: () => db.close(),
  };
}
