import { createHash } from 'node:crypto';
import type { Sha256 } from '../domain/ids.js';
import type { IndexSpec } from '../domain/index-spec.js';
import { canonicalJson } from '../domain/version/canonical-json.js';

/** Names one configuration of an index: sha256 over its canonical JSON. */
export function configHash(spec: IndexSpec): Sha256 {
  return createHash('sha256').update(canonicalJson(spec)).digest('hex');
}
