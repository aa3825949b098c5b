import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { access } from 'node:fs/promises';
import path from 'node:path';
import { LifecycleError } from '../../domain/errors.js';
import type { Sha256 } from '../../domain/ids.js';
import { sha256OfFile } from '../packages/wheel.js';

/**
 * One hash over some files of a model folder: names and contents, in the order given.
 *
 * @param names  Paths inside the folder; one that ends in `?` may be absent.
 * @throws {LifecycleError} `MODEL_INVALID` when another is.
 */
export async function hashFiles(folder: string, names: readonly string[]): Promise<Sha256> {
  await requireFiles(folder, names);
  const lines: string[] = [];
  for (const name of presentNames(folder, names))
    lines.push(`${name} ${await sha256OfFile(path.join(folder, name))}\n`);
  return sha256(lines.join(''));
}

/** As {@link hashFiles}, on the spot: for small files whose hash is needed where nothing can be awaited. */
export function hashFilesNow(folder: string, names: readonly string[]): Sha256 {
  const missing = names.filter((name) => !name.endsWith('?') && !existsSync(path.join(folder, name)));
  if (missing.length > 0) throw missingFiles(folder, missing);
  const lines = presentNames(folder, names).map((name) => `${name} ${sha256(readFileSync(path.join(folder, name)))}\n`);
  return sha256(lines.join(''));
}

/** @throws {LifecycleError} `MODEL_INVALID`, naming every file that is missing. */
export async function requireFiles(folder: string, names: readonly string[]): Promise<void> {
  const missing: string[] = [];
  for (const name of names) if (!name.endsWith('?') && !(await isReadable(path.join(folder, name)))) missing.push(name);
  if (missing.length > 0) throw missingFiles(folder, missing);
}

function missingFiles(folder: string, missing: readonly string[]): LifecycleError {
  return new LifecycleError('MODEL_INVALID', `Model folder ${folder} lacks ${missing.join(', ')}`, {
    hint: 'Pull the model again (`cutover models pull <model>`), or add the missing files.',
    facts: { folder, missing: [...missing] },
  });
}

function presentNames(folder: string, names: readonly string[]): readonly string[] {
  return names.map((name) => name.replace(/\?$/, '')).filter((name) => existsSync(path.join(folder, name)));
}

async function isReadable(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}

function sha256(content: string | Buffer): Sha256 {
  return createHash('sha256').update(content).digest('hex');
}
