import { once } from 'node:events';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { startPostgres, type RunningPostgres } from '../../src/local/postgres/start.js';

/**
 * One Postgres for a whole test run, started by the first file that needs it: a run of unit tests pays nothing.
 * Test files are processes of their own, so they ask over HTTP.
 */
export async function serveDatabase(): Promise<{ readonly url: string; close(): Promise<void> }> {
  let started: Promise<RunningPostgres> | undefined;
  const folder = await mkdtemp(path.join(os.tmpdir(), 'cutover-test-postgres-'));
  // Run as root, the server has another user, which has to get there.
  await chmod(folder, 0o711);
  const server = createServer((_request, response) => {
    started ??= startPostgres({ folder: path.join(folder, 'postgres') });
    started.then(
      ({ url }) => response.end(url),
      (error: unknown) => response.writeHead(500).end(String(error)),
    );
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.close();
      server.closeAllConnections();
      await started?.then(
        (postgres) => postgres.stop(),
        () => undefined,
      );
      await rm(folder, { recursive: true, force: true });
    },
  };
}
