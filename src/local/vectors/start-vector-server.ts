import { once } from 'node:events';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import type { CompactionPolicy } from './engine/compaction.js';
import { VectorDatabase } from './engine/vector-database.js';
import { requestHandler } from './http/request-handler.js';

// Longer than clients keep idle connections (10 s for ours), so that it is never the server who closes one in use.
const KEEP_ALIVE_MS = 75_000;

// For those who begin a request and do not go on: a connection costs memory as long as it is waited for.
const HEADERS_MS = 10_000;
const REQUEST_MS = 60_000;

export interface VectorServerOptions {
  /** Where collections live; made when absent. */
  readonly folder: string;
  /** 0 lets the system choose. */
  readonly port: number;
  /** Default 127.0.0.1. */
  readonly host?: string;
  readonly apiKey?: string;
  /** Good for reading only. */
  readonly readOnlyApiKey?: string;
  /** When a log is rewritten; the default suits any collection. */
  readonly compaction?: CompactionPolicy;
}

export interface VectorServer {
  readonly port: number;
  readonly url: string;
  /** Finish the requests under way, then let the folder go. */
  close(): Promise<void>;
}

/**
 * Serve the part of Qdrant's REST API that cutover uses, from one folder, with exact search.
 *
 * @throws LifecycleError `ALREADY_RUNNING` when another server has the folder.
 */
export async function startVectorServer(options: VectorServerOptions): Promise<VectorServer> {
  const host = options.host ?? '127.0.0.1';
  const database = await VectorDatabase.open(options.folder, options.compaction);
  const handle = requestHandler(database, options);
  const server = createServer((request, response) => void handle(request, response));
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  server.headersTimeout = HEADERS_MS;
  server.requestTimeout = REQUEST_MS;
  try {
    server.listen(options.port, host);
    await once(server, 'listening');
  } catch (error) {
    await database.close();
    throw error;
  }
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: `http://${host.includes(':') ? `[${host}]` : host}:${port}`,
    close: async () => {
      await closeServer(server);
      await database.close();
    },
  };
}

/** Answer what is under way, take nothing new. */
async function closeServer(server: Server): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  // A connection that was busy is kept alive after its answer: without this the end would wait for its time-out.
  const sweep = setInterval(() => server.closeIdleConnections(), 20);
  await closed;
  clearInterval(sweep);
}
