import { existsSync } from 'node:fs';
import path from 'node:path';
import { LifecycleError } from '../../domain/errors.js';
import { knownModel } from './known-models.js';

/**
 * Folder of a model: an absolute path stands for itself; any other name is looked for in `folders`, first match wins.
 * A model we know is also found by the name it has on its hub.
 *
 * @returns undefined when it is nowhere.
 */
export function findModel(name: string, folders: readonly string[]): string | undefined {
  if (path.isAbsolute(name)) return existsSync(name) ? name : undefined;
  const names = new Set([name, knownModel(name)?.name ?? name]);
  return folders
    .flatMap((folder) => [...names].map((each) => path.join(folder, each)))
    .find((each) => existsSync(each));
}

/** @throws {LifecycleError} `MODEL_UNAVAILABLE` with the command that fetches it. */
export function requireModelFolder(name: string, folders: readonly string[]): string {
  const found = findModel(name, folders);
  if (found !== undefined) return found;
  const places = path.isAbsolute(name) ? 'there is no such folder' : `looked in ${folders.join(', ')}`;
  throw new LifecycleError('MODEL_UNAVAILABLE', `Model "${name}" is not on this machine: ${places}`, {
    hint: path.isAbsolute(name) ? 'Check the path in the configuration.' : `cutover models pull ${name}`,
    facts: { model: name },
  });
}

/** What a fingerprint calls a model: moving its folder must not change it, the hash of its files says the rest. */
export function modelLabel(name: string): string {
  return path.isAbsolute(name) ? path.basename(name) : (knownModel(name)?.name ?? name);
}
