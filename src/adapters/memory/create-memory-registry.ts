import type { RegistryPorts } from '../registry-rules.js';
import { MemoryComparisonStore } from './comparison-store.js';
import { MemoryContentStore, MemoryCorpusLog } from './corpus-log.js';
import { MemoryEmbeddingCache } from './embedding-cache.js';
import { MemoryLedger } from './ledger.js';
import { MemoryRegistry } from './registry.js';
import { createState } from './state.js';
import { MemoryWriterFence } from './writer-fence.js';

/**
 * A registry that lives in this process, for tests and property tests of whole protocols.
 *
 * @param now  The "database clock", milliseconds since the epoch; leases, freezes and expiries follow it.
 */
export function createMemoryRegistry({ now = Date.now }: { readonly now?: () => number } = {}): RegistryPorts {
  const state = createState(now);
  return {
    registry: new MemoryRegistry(state),
    log: new MemoryCorpusLog(state),
    contents: new MemoryContentStore(state),
    ledger: new MemoryLedger(state),
    fence: new MemoryWriterFence(state),
    cache: new MemoryEmbeddingCache(),
    comparisons: new MemoryComparisonStore(state),
  };
}
