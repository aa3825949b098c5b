import { readFile } from 'node:fs/promises';
import { dirname, relative, resolve } from 'node:path';
import { LifecycleError } from '../domain/errors.js';
import type { IndexName } from '../domain/ids.js';
import type { IndexSpec } from '../domain/index-spec.js';
import { explainIssue } from './explain-issue.js';
import { configSchema } from './schema.js';
import type { IndexConfig } from './schema.js';
import { findSecrets } from './secrets.js';
import { toIndexSpec } from './to-index-spec.js';
import type { Problem, YamlFile } from './yaml-file.js';
import { parseYaml } from './yaml-file.js';

export type Variables = Readonly<Record<string, string | undefined>>;

export interface LoadedConfig {
  /** Absolute path of the file. */
  readonly path: string;
  readonly indexes: ReadonlyMap<IndexName, IndexSpec>;
  /** What is no error, but the reader should know; each names file, line and column. */
  readonly notices: readonly string[];
}

/** A configuration is written by hand; something larger was named by mistake. */
const MAX_BYTES = 1_048_576;

/**
 * Read and check a configuration file.
 *
 * @param path         File, relative to the working folder.
 * @param environment  Only looked at to say which named variables are not set.
 * @throws LifecycleError `CONFIG_INVALID` that lists every problem as `file:line:column key: problem`.
 */
export async function loadConfig(path: string, environment: Variables = process.env): Promise<LoadedConfig> {
  const absolute = resolve(path);
  return parseConfig(await readText(absolute), { path: absolute, environment });
}

/** As {@link loadConfig}, for text that is already there. */
export function parseConfig(
  text: string,
  origin: { readonly path: string; readonly environment: Variables },
): LoadedConfig {
  const file = parseYaml(text);
  const label = relative(process.cwd(), origin.path) || origin.path;
  const { problems, entries } = check(file);
  if (problems.length > 0) throw invalid(label, inOrder(file, problems, label));
  const folder = dirname(origin.path);
  const specs = entries.map(([name, config]) => toIndexSpec(name, config, folder));
  return {
    path: origin.path,
    indexes: new Map(specs.map((spec) => [spec.index, spec])),
    notices: inOrder(
      file,
      entries.flatMap((entry) => notices(entry, origin.environment)),
      label,
    ),
  };
}

/** One line each, from the top of the file to its end. */
function inOrder(file: YamlFile, problems: readonly Problem[], label: string): string[] {
  return problems
    .map((problem) => ({ ...problem, ...file.place(problem) }))
    .sort((a, b) => a.line - b.line || a.col - b.col)
    .map(
      ({ line, col, path, text }) => `${label}:${line}:${col} ${path.length > 0 ? `${path.join('.')}: ` : ''}${text}`,
    );
}

async function readText(path: string): Promise<string> {
  const bytes = await readFile(path).catch((cause: unknown) => {
    throw new LifecycleError(
      'CONFIG_INVALID',
      `Cannot read the configuration file ${path}: ${(cause as Error).message}`,
      {
        hint: 'Write one with `cutover init`, or name it with --config.',
        cause,
      },
    );
  });
  if (bytes.length > MAX_BYTES)
    throw new LifecycleError('CONFIG_INVALID', `${path} is larger than ${MAX_BYTES} bytes: not a configuration file`);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new LifecycleError('CONFIG_INVALID', `${path} is not UTF-8 text`, { cause });
  }
}

function check(file: YamlFile): {
  readonly problems: readonly Problem[];
  readonly entries: readonly [string, IndexConfig][];
} {
  const unreadable = file.value === undefined && file.problems.length > 0;
  if (unreadable) return { problems: file.problems, entries: [] };
  const secrets = findSecrets(file);
  const parsed = configSchema.safeParse(file.value ?? {});
  const found = parsed.success
    ? sharedAliases(parsed.data.indexes)
    : parsed.error.issues.flatMap((issue) => explainIssue(issue, file.value));
  // A secret under an unknown key is one problem, not two.
  const isSecret = new Set(secrets.map((secret) => secret.path.join('\0')));
  const others = found.filter((problem) => !isSecret.has(problem.path.join('\0')));
  return { problems: [...file.problems, ...secrets, ...others], entries: Object.entries(parsed.data?.indexes ?? {}) };
}

/** Two indexes behind one alias would take the searches from each other. */
function sharedAliases(indexes: Readonly<Record<string, IndexConfig>>): Problem[] {
  const owners = new Map<string, string>();
  return Object.entries(indexes).flatMap(([name, config]) => {
    const alias = config.alias ?? name;
    const owner = owners.get(alias);
    owners.set(alias, owner ?? name);
    return owner === undefined
      ? []
      : [{ path: ['indexes', name, 'alias'], text: `alias "${alias}" already belongs to index "${owner}"` }];
  });
}

function notices([name, config]: readonly [string, IndexConfig], environment: Variables): Problem[] {
  const unused = [
    { path: ['evaluation', 'segmentBy'], given: config.evaluation?.segmentBy !== undefined },
    { path: ['rollout', 'bake'], given: config.rollout.bake !== undefined },
    { path: ['refresh'], given: config.refresh !== undefined },
  ];
  const found = unused
    .filter(({ given }) => given)
    .map(({ path }) => ({ path: ['indexes', name, ...path], text: 'has no effect in this release' }));
  const { embedder } = config;
  if (embedder.kind !== 'openai' || embedder.baseUrl !== undefined || environment[embedder.apiKeyEnv]) return found;
  return [
    ...found,
    {
      path: ['indexes', name, 'embedder'],
      text: `environment variable ${embedder.apiKeyEnv} is not set; embedding will need it`,
    },
  ];
}

function invalid(label: string, lines: readonly string[]): LifecycleError {
  const sum = lines.length === 1 ? '1 problem' : `${lines.length} problems`;
  return new LifecycleError('CONFIG_INVALID', `${sum} in ${label}\n${lines.map((line) => `  ${line}`).join('\n')}`, {
    hint: 'Every key is described in docs/configuration.md.',
    facts: { problems: [...lines] },
  });
}
