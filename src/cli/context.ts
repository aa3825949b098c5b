import { userInfo } from 'node:os';
import type { Client } from '@temporalio/client';
import { openPorts, type OpenPorts } from '../composition.js';
import { loadConfig, readEnvironment, type Environment, type LoadedConfig } from '../config/index.js';
import { indexName } from '../domain/ids.js';
import { LifecycleError } from '../domain/errors.js';
import type { IndexSpec } from '../domain/index-spec.js';
import { ensureStack, type StackState } from '../local/index.js';
import { modelFolders } from '../config/folders.js';
import { connectTemporal } from '../temporal-client.js';
import type { Reporter } from './output/index.js';

export interface GlobalOptions {
  readonly config?: string;
  readonly home?: string;
  readonly json?: boolean;
  readonly yes?: boolean;
}

/** What commands share; each part is opened when first asked for and closed at the end. */
export interface CommandContext {
  readonly reporter: Reporter;
  readonly environment: Environment;
  readonly home: string;
  readonly configPath: string;
  /** `--yes`: answers the spending question only. */
  readonly yes: boolean;
  /** Who acts, for audit and decisions. */
  readonly actor: string;
  config(): Promise<LoadedConfig>;
  spec(index: string): Promise<IndexSpec>;
  stack(): Promise<StackState>;
  ports(): Promise<OpenPorts>;
  temporal(): Promise<Client>;
  close(): Promise<void>;
}

export function createContext(options: GlobalOptions, reporter: Reporter): CommandContext {
  const environment = readEnvironment(process.env);
  const home = options.home ?? environment.home;
  const closers: (() => Promise<void>)[] = [];
  const configPath = options.config ?? 'cutover.yaml';
  const config = once(async () => {
    const loaded = await loadConfig(configPath);
    for (const notice of loaded.notices) reporter.progress(notice);
    return loaded;
  });
  const stack = once(() =>
    ensureStack({ home, environment, explicit: false, onProgress: (text) => reporter.progress(text) }),
  );
  const ports = once(async () => {
    const { databaseUrl, vectorsUrl } = await stack();
    const opened = await openPorts({
      databaseUrl,
      vectorsUrl,
      vectorsApiKey: environment.qdrantApiKey,
      modelFolders: modelFolders(environment),
      environment: process.env,
    });
    closers.push(() => opened.close());
    return opened;
  });
  const temporal = once(async () => {
    const { client, close } = await connectTemporal(await stack(), environment.temporalNamespace);
    closers.push(close);
    return client;
  });
  return {
    reporter,
    environment,
    home,
    configPath,
    yes: options.yes ?? false,
    actor: userName(),
    config,
    spec: async (name) => specOf(await config(), name),
    stack,
    ports,
    temporal,
    async close() {
      for (const close of closers.reverse()) await close();
    },
  };
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return 'unknown'; // a uid without a passwd line, as in some containers
  }
}

function specOf(config: LoadedConfig, name: string): IndexSpec {
  const spec = config.indexes.get(indexName(name));
  if (spec) return spec;
  const known = [...config.indexes.keys()].join(', ');
  throw new LifecycleError('USAGE', `No index "${name}" in ${config.path}`, { hint: `It configures: ${known}` });
}
