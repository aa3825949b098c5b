import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { cacheFolder } from './cache-folder.js';
import type { ChildSpec, ServiceName } from './child-spec.js';
import { answersOk } from './http-health.js';
import { nodeCommand, nodeCommandFor } from './node-command.js';
import { postgresChild } from './postgres/child.js';
import { configured, type StackEnvironment } from './stack-environment.js';
import { ensureTemporalBinary, findOnPath } from './temporal/binary.js';
import { temporalChild } from './temporal/child.js';
import { vectorsChild } from './vectors-child.js';

/** Entry files (absolute paths) to run in place of our own; tests bring stand-ins. */
export type Entries = Partial<Readonly<Record<'vectors' | 'worker' | 'gateway', string>>>;

/** Where the parts are; filled in as they are described. */
export interface Endpoints {
  databaseUrl: string;
  temporalAddress: string;
  vectorsUrl: string;
}

export interface ChildrenOptions {
  readonly home: string;
  readonly environment: StackEnvironment;
  /** Environment variables of this process; worker and gateway get them too (keys of providers, proxies). */
  readonly variables: Readonly<Record<string, string | undefined>>;
  readonly entries: Entries;
  readonly onProgress: (message: string) => void;
}

/** Makes the specs of children, stage by stage, and remembers where each part is. */
export function describeChildren(options: ChildrenOptions) {
  const { home, environment, variables, entries } = options;
  const endpoints: Endpoints = {
    databaseUrl: configured(environment, 'postgres') ?? '',
    temporalAddress: configured(environment, 'temporal') ?? '',
    vectorsUrl: configured(environment, 'vectors') ?? '',
  };

  async function postgres(port: number): Promise<ChildSpec> {
    const child = await postgresChild({ folder: path.join(home, 'postgres'), port });
    endpoints.databaseUrl = child.url;
    return child;
  }

  async function temporal(port: number): Promise<ChildSpec> {
    const binary = await ensureTemporalBinary({
      cacheFolder: environment.cache ?? cacheFolder(variables),
      searchPath: variables.PATH,
      onProgress: options.onProgress,
    });
    endpoints.temporalAddress = `127.0.0.1:${port}`;
    const folder = path.join(home, 'temporal');
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const namespace = environment.temporalNamespace ?? 'default';
    return temporalChild(
      binary,
      { dbFile: path.join(folder, 'temporal.db'), port, namespace },
      systemVariables(variables),
    );
  }

  async function vectors(port: number): Promise<ChildSpec> {
    endpoints.vectorsUrl = `http://127.0.0.1:${port}`;
    const qdrant = await findOnPath('qdrant', variables.PATH);
    return vectorsChild({ home, port, qdrant, entry: entries.vectors }, systemVariables(variables));
  }

  const makers: Readonly<Record<ServiceName, (port: number) => Promise<ChildSpec>>> = {
    postgres,
    temporal,
    vectors,
    worker: (port) => Promise.resolve(ourChild('worker', port, { ...options, endpoints })),
    gateway: (port) => Promise.resolve(ourChild('gateway', port, { ...options, endpoints })),
  };
  return { endpoints, describe: (name: ServiceName, port: number) => makers[name](port) };
}

/** Worker and gateway: they get our whole environment, for providers' keys and proxies are in it. */
function ourChild(
  name: 'worker' | 'gateway',
  port: number,
  { home, variables, entries, endpoints }: ChildrenOptions & { readonly endpoints: Endpoints },
): ChildSpec {
  const entry = entries[name];
  const run = entry === undefined ? nodeCommand(new URL(`../${name}-main`, import.meta.url)) : nodeCommandFor(entry);
  return {
    name,
    ...run,
    env: {
      ...variables,
      DATABASE_URL: endpoints.databaseUrl,
      TEMPORAL_ADDRESS: endpoints.temporalAddress,
      QDRANT_URL: endpoints.vectorsUrl,
      CUTOVER_HOME: home,
      ...(name === 'gateway' && { CUTOVER_GATEWAY_PORT: String(port) }),
    },
    ipc: true,
    stopSignal: 'SIGTERM',
    // The runner itself asks for the announcement and the heartbeats of an IPC child.
    health: name === 'gateway' ? () => answersOk(`http://127.0.0.1:${port}/healthz`) : () => Promise.resolve(true),
  };
}

/** Enough for a server that is not ours to tell about keys. */
function systemVariables(variables: ChildrenOptions['variables']): ChildSpec['env'] {
  const { PATH, HOME, TMPDIR, LANG, TZ } = variables;
  return { PATH, HOME, TMPDIR, LANG, TZ };
}

/** The address of a service as people may see it: without credentials. */
export function publicUrl(name: ServiceName, port: number | null): string | null {
  if (port === null) return null;
  if (name === 'postgres') return `postgres://127.0.0.1:${port}/postgres`;
  return name === 'temporal' ? `127.0.0.1:${port}` : `http://127.0.0.1:${port}`;
}
