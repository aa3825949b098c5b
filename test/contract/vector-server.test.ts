import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { startVectorServer } from '../../src/local/vectors/start-vector-server.js';
import type { DialectServer } from './vector-dialect.js';
import { describeDialect } from './vector-dialect.js';

describeDialect(
  'embedded server',
  async (): Promise<DialectServer> => {
    const folder = await mkdtemp(join(tmpdir(), 'cutover-vectors-'));
    const server = await startVectorServer({ folder, port: 0 });
    return {
      url: server.url,
      close: async () => {
        await server.close();
        await rm(folder, { recursive: true });
      },
    };
  },
  { isEmbedded: true },
);

const { QDRANT_URL: url, QDRANT_API_KEY: apiKey } = process.env;
if (url !== undefined && url !== '') {
  const open = async (): Promise<DialectServer> => ({ url, apiKey, close: async () => undefined });
  describeDialect('qdrant', open, { isEmbedded: false });
}
