import { describeEmbeddingCache } from './embedding-cache.js';
import { memoryHarness, postgresHarness } from './registry-harness.js';

describeEmbeddingCache('memory', memoryHarness);
describeEmbeddingCache('postgres', postgresHarness);
