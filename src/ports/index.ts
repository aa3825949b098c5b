import type { ComparisonStore } from './comparison-store.js';
import type { ContentStore, CorpusLog } from './corpus-log.js';
import type { EmbeddingCache } from './embedding-cache.js';
import type { Judgements } from './judgements.js';
import type { Ledger } from './ledger.js';
import type { Registry } from './registry.js';
import type { Toolbox } from './toolbox.js';
import type { VectorStore } from './vector-store.js';
import type { WriterFence } from './writer-fence.js';

/** All we need from outside; made once per process by its composition root. */
export interface Ports {
  readonly registry: Registry;
  readonly log: CorpusLog;
  readonly contents: ContentStore;
  readonly ledger: Ledger;
  readonly fence: WriterFence;
  readonly cache: EmbeddingCache;
  readonly comparisons: ComparisonStore;
  readonly vectors: VectorStore;
  readonly toolbox: Toolbox;
  readonly judgements: Judgements;
}
