import { createHash } from 'node:crypto';
import type { Sha256 } from '../ids.js';

/** SHA-256 of the text's UTF-8 bytes, 64 hex digits. */
export function sha256Hex(text: string): Sha256 {
  return createHash('sha256').update(text, 'utf8').digest('hex');
}

/** SHA-256 over the fields, each preceded by its length in UTF-16 code units, so that no two lists share a spelling. */
export function sha256OfFields(fields: readonly string[]): Sha256 {
  const hash = createHash('sha256');
  for (const field of fields) hash.update(`${field.length}:`, 'utf8').update(field, 'utf8');
  return hash.digest('hex');
}
