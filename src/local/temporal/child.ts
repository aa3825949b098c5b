import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { ChildSpec } from '../child-spec.js';
import { isTemporalHealthy } from './health.js';

export interface DevServer {
  /** SQLite file; made when absent. */
  readonly dbFile: string;
  readonly port: number;
  readonly namespace: string;
}

/** Histories of finished workflows are the audit of a flip; the dev server keeps 24 hours on its own. */
const RETENTION = '720h';
const RETENTION_LIMIT_MS = 20_000;

/**
 * Arguments of `temporal` for a dev server on loopback.
 * The two pragmas make it five times faster (28 → 151 activities/s); they survive `kill -9`, while a
 * power loss may drop the last commits. They hold for one start only, so both are always given.
 */
export function startTemporalArgs({ dbFile, port, namespace }: DevServer): readonly string[] {
  return [
    'server',
    'start-dev',
    '--headless',
    '--ip',
    '127.0.0.1',
    '--port',
    String(port),
    '--namespace',
    namespace,
    '--db-filename',
    dbFile,
    '--sqlite-pragma',
    'journal_mode=WAL',
    '--sqlite-pragma',
    'synchronous=NORMAL',
    '--log-level',
    'warn',
  ];
}

/** The Temporal dev server as a child of the supervisor. */
export function temporalChild(binary: string, server: DevServer, env: ChildSpec['env']): ChildSpec {
  const address = `127.0.0.1:${server.port}`;
  return {
    name: 'temporal',
    command: binary,
    args: startTemporalArgs(server),
    env,
    marker: server.dbFile,
    stopSignal: 'SIGTERM',
    health: () => isTemporalHealthy(address),
    async afterStart() {
      await promisify(execFile)(
        binary,
        [
          'operator',
          'namespace',
          'update',
          '--address',
          address,
          '--namespace',
          server.namespace,
          '--retention',
          RETENTION,
        ],
        { timeout: RETENTION_LIMIT_MS, env: { ...env } },
      );
    },
  };
}
