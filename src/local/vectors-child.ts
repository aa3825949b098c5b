import { mkdir, readdir } from 'node:fs/promises';
import path from 'node:path';
import type { ChildSpec } from './child-spec.js';
import { replaceFile } from './atomic-file.js';
import { answersOk } from './http-health.js';
import { nodeCommand, nodeCommandFor } from './node-command.js';
import { chooseVectorServer } from './stack-plan.js';

export interface VectorServer {
  readonly home: string;
  readonly port: number;
  /** A `qdrant` program, where there is one. */
  readonly qdrant: string | undefined;
  /** Another entry file of the embedded server, for tests. */
  readonly entry?: string | undefined;
}

/** The vector server of a home folder: Qdrant itself when it is on PATH, else the embedded one. */
export async function vectorsChild(server: VectorServer, env: ChildSpec['env']): Promise<ChildSpec> {
  const folder = path.join(server.home, 'vectors');
  const holdsEmbeddedData = (await readdir(folder).catch(() => [])).length > 0;
  const choice = chooseVectorServer({ qdrantOnPath: server.qdrant !== undefined, holdsEmbeddedData });
  if (choice === 'qdrant' && server.qdrant !== undefined) return qdrantChild(server.qdrant, server, env);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const run =
    server.entry === undefined ? nodeCommand(new URL('./vectors/main', import.meta.url)) : nodeCommandFor(server.entry);
  return {
    name: 'vectors',
    command: run.command,
    args: [...run.args, folder, String(server.port)],
    env,
    ipc: true,
    marker: folder,
    stopSignal: 'SIGTERM',
    health: () => answersOk(`http://127.0.0.1:${server.port}/healthz`),
  };
}

async function qdrantChild(program: string, server: VectorServer, env: ChildSpec['env']): Promise<ChildSpec> {
  const folder = path.join(server.home, 'qdrant');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const file = path.join(folder, 'config.json');
  await replaceFile(
    file,
    JSON.stringify({
      log_level: 'WARN',
      telemetry_disabled: true,
      storage: { storage_path: path.join(folder, 'storage'), snapshots_path: path.join(folder, 'snapshots') },
      service: { host: '127.0.0.1', http_port: server.port, grpc_port: null },
    }),
  );
  return {
    name: 'vectors',
    command: program,
    args: ['--config-path', file],
    env,
    cwd: folder,
    marker: file,
    stopSignal: 'SIGTERM',
    health: () => answersOk(`http://127.0.0.1:${server.port}/readyz`),
  };
}
