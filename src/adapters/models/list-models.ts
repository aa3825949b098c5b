import { LifecycleError } from '../../domain/errors.js';
import { findModel, requireModelFolder } from './find-model.js';
import { KNOWN_MODELS } from './known-models.js';
import { manifestProblems, readManifest } from './manifest.js';

export interface ListedModel {
  readonly name: string;
  readonly summary: string;
  readonly licence: string;
  readonly layout: 'static' | 'transformers';
  /** Where it is on this machine; absent when it has to be pulled. */
  readonly folder?: string;
}

/** The models we know, and where they are. */
export async function listModels(folders: readonly string[]): Promise<readonly ListedModel[]> {
  return KNOWN_MODELS.map(({ name, summary, licence, layout }) => {
    const folder = findModel(name, folders);
    return { name, summary, licence, layout, ...(folder !== undefined && { folder }) };
  });
}

/**
 * Hash a model's files again and hold them against the record of its pull.
 *
 * @returns problems as sentences; none when every file is as it was recorded
 * @throws {LifecycleError} `MODEL_UNAVAILABLE` when it is not here, `MODEL_INVALID` when it has no record.
 */
export async function verifyModel(
  name: string,
  folders: readonly string[],
): Promise<{ readonly folder: string; readonly problems: readonly string[] }> {
  const folder = requireModelFolder(name, folders);
  const manifest = await readManifest(folder);
  if (manifest === undefined)
    throw new LifecycleError('MODEL_INVALID', `${folder} has no record of what was pulled`, {
      hint: 'Only models that `cutover models pull` fetched can be verified.',
    });
  return { folder, problems: await manifestProblems(folder, manifest) };
}
