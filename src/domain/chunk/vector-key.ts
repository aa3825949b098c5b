import type { Sha256 } from '../ids.js';
import { sha256OfFields } from '../version/sha256.js';

/** Key of a cached vector: embedder, role of the text, and the exact text. */
export function vectorKey(embedderFingerprint: string, role: 'document' | 'query', text: string): Sha256 {
  return sha256OfFields(['1', embedderFingerprint, role, text]);
}

/**
 * Why a vector must not be stored, searched or cached; undefined when it may be.
 *
 * @param dimensions  What the embedder's identity promises.
 */
export function vectorFault(vector: ArrayLike<number>, dimensions: number): string | undefined {
  if (vector.length !== dimensions) return `${vector.length} components instead of ${dimensions}`;
  let squares = 0;
  for (let index = 0; index < vector.length; index += 1) {
    const component = vector[index] ?? Number.NaN;
    if (!Number.isFinite(component)) return `component ${index} is ${component}`;
    squares += component * component;
  }
  return squares > 0 ? undefined : 'all components are zero';
}
