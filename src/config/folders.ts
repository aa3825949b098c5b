import { join } from 'node:path';
import type { Environment } from './environment.js';

/** Downloads that every home folder shares: programs and models. */
export const cacheFolder = (environment: Pick<Environment, 'cache'>): string => environment.cache;

/** Folders to look for a model in, first match wins: those of `CUTOVER_MODELS`, then what was pulled. */
export function modelFolders({ models, cache }: Pick<Environment, 'models' | 'cache'>): readonly string[] {
  return [...models, join(cache, 'models')];
}
