import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { MemoryVectorStore } from '../../src/adapters/memory/vector-store.js';
import { connectQdrant } from '../../src/adapters/qdrant/connect-qdrant.js';
import { startVectorServer } from '../../src/local/vectors/start-vector-server.js';
import type { VectorStore } from '../../src/ports/vector-store.js';
import { describeVectorStore } from './vector-store.js';

describeVectorStore('memory', () => new MemoryVectorStore());

describeVectorStore('embedded server', async (): Promise<VectorStore> => {
  const folder = await mkdtemp(join(tmpdir(), 'cutover-vectors-'));
  const server = await startVectorServer({ folder, port: 0 });
  const store = connectQdrant({ url: server.url });
  return {
    ...store,
    close: async () => {
      await store.close();
      await server.close();
      await rm(folder, { recursive: true });
    },
  };
});

const { QDRANT_URL: url, QDRANT_API_KEY: apiKey } = process.env;
if (url !== undefined && url !== '') describeVectorStore('qdrant', () => connectQdrant({ url, apiKey }));
