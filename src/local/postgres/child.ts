import path from 'node:path';
import type { ChildSpec } from '../child-spec.js';
import { DATABASE_USER, ensureDataFolder, serverEnv } from './data-folder.js';
import { isPostgresHealthy } from './health.js';
import { choosePlace } from './place.js';

export interface PostgresPlan {
  /** Holds data, password and library links; made when absent. */
  readonly folder: string;
  /** On loopback. */
  readonly port: number;
}

/** Postgres as a child of the supervisor, and where to reach it. */
export interface PostgresChild extends ChildSpec {
  readonly url: string;
}

const SETTINGS = {
  listen_addresses: '127.0.0.1',
  // Loopback and password only: a socket file would need a folder with a path short enough.
  unix_socket_directories: '',
  max_connections: '100',
  fsync: 'on',
  timezone: 'UTC',
};

/**
 * Prepare the data folder and describe the server process.
 *
 * @throws {LifecycleError} `MISSING_DEPENDENCY` without Postgres binaries, `SERVICE_UNAVAILABLE` when its folder cannot be used.
 */
export async function postgresChild({ folder, port }: PostgresPlan): Promise<PostgresChild> {
  const place = await choosePlace(folder);
  const { data, password, binaries } = await ensureDataFolder(place);
  const settings = Object.entries(SETTINGS).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  return {
    name: 'postgres',
    command: path.join(binaries.bin, 'postgres'),
    args: ['-D', data, '-p', String(port), ...settings],
    env: serverEnv(place, binaries),
    cwd: place.folder,
    ...place.user,
    marker: data,
    // Fast shutdown: open transactions are rolled back instead of waited for.
    stopSignal: 'SIGINT',
    health: async () => isPostgresHealthy(port, DATABASE_USER),
    url: `postgres://${DATABASE_USER}:${password}@127.0.0.1:${port}/postgres`,
  };
}
