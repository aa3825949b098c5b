import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { LifecycleError } from '../../../domain/errors.js';
import { readManifest } from '../../models/manifest.js';

/** Where neither configuration nor model says anything: what sentence encoders of this kind take. */
const DEFAULT_MAX_TOKENS = 512;

/**
 * Longest input of a model in tokens: the configured one, else the one it was trained for (its pull's record), else
 * the smaller of its tokenizer's and its positions. Never above its positions: the engine fails there.
 *
 * @throws {LifecycleError} `MODEL_INVALID` when a configuration file cannot be read.
 */
export async function maxTokensOf(folder: string, configured: number | undefined): Promise<number> {
  const tokenizer = numberIn(await readJson(folder, 'tokenizer_config.json'), 'model_max_length');
  const positions = numberIn(await readJson(folder, 'config.json'), 'max_position_embeddings');
  const own = Math.min(tokenizer ?? Infinity, positions ?? Infinity);
  const trained = (await readManifest(folder))?.maxTokens;
  const wanted = configured ?? trained ?? (Number.isFinite(own) ? own : DEFAULT_MAX_TOKENS);
  return Math.min(wanted, positions ?? Infinity);
}

async function readJson(folder: string, name: string): Promise<unknown> {
  const file = path.join(folder, name);
  try {
    return JSON.parse(await readFile(file, 'utf8'));
  } catch (cause) {
    throw new LifecycleError('MODEL_INVALID', `Cannot read ${file}`, { cause });
  }
}

/** Files write "no limit" as a number with thirty digits. */
function numberIn(config: unknown, key: string): number | undefined {
  if (typeof config !== 'object' || config === null) return undefined;
  const value = (config as Readonly<Record<string, unknown>>)[key];
  return typeof value === 'number' && value >= 1 && value < 1e9 ? value : undefined;
}
