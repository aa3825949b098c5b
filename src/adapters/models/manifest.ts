import { readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { LifecycleError } from '../../domain/errors.js';
import { sha256OfFile } from '../packages/wheel.js';

const MANIFEST_FILE = 'cutover-model.json';

const pulledFile = z.object({ path: z.string(), sha256: z.string().length(64), bytes: z.int().min(0) });

const manifestSchema = z.object({
  name: z.string(),
  licence: z.string(),
  layout: z.enum(['static', 'transformers']),
  /** Where it came from: hub repository and commit, or packages with versions. */
  origin: z.string(),
  /** Longest input it was trained for, when its own files say another. */
  maxTokens: z.int().min(1).optional(),
  files: z.array(pulledFile),
});

export type PulledFile = Readonly<z.infer<typeof pulledFile>>;
/** What was pulled, written beside it: the record that `verify` holds the files against. */
export type ModelManifest = Readonly<z.infer<typeof manifestSchema>>;

/** @returns undefined when the folder has none, as one that a user made by hand. */
export async function readManifest(folder: string): Promise<ModelManifest | undefined> {
  const file = path.join(folder, MANIFEST_FILE);
  try {
    return manifestSchema.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return undefined;
    throw new LifecycleError('MODEL_INVALID', `Cannot read ${file}`, {
      hint: 'Remove the folder and pull the model again.',
      cause,
    });
  }
}

/** Hash the files and write the record. */
export async function writeManifest(
  folder: string,
  about: Omit<ModelManifest, 'files'>,
  paths: readonly string[],
): Promise<ModelManifest> {
  const files: PulledFile[] = [];
  for (const each of paths) files.push(await describeFile(folder, each));
  const manifest: ModelManifest = { ...about, files };
  await writeFile(path.join(folder, MANIFEST_FILE), `${JSON.stringify(manifest, undefined, 2)}\n`);
  return manifest;
}

/** Problems of a folder's files against its record, as sentences; none when every file is as recorded. */
export async function manifestProblems(folder: string, manifest: ModelManifest): Promise<readonly string[]> {
  const problems: string[] = [];
  for (const expected of manifest.files) {
    const found = await describeFile(folder, expected.path).catch(() => undefined);
    if (found === undefined) problems.push(`${expected.path} is missing`);
    else if (found.sha256 !== expected.sha256)
      problems.push(`${expected.path} has changed: expected sha256 ${expected.sha256}, found ${found.sha256}`);
  }
  return problems;
}

async function describeFile(folder: string, name: string): Promise<PulledFile> {
  const file = path.join(folder, name);
  return { path: name, sha256: await sha256OfFile(file), bytes: (await stat(file)).size };
}
