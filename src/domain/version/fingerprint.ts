import { vectorName, type Sha256, type VectorName } from '../ids.js';
import { canonicalJson } from './canonical-json.js';
import type { VersionFingerprints, VersionIdentity } from './identity.js';
import { sha256Hex } from './sha256.js';

/** Two versions are the same view of a log exactly when their `version` fingerprints are equal. */
export function fingerprintsOf(identity: VersionIdentity): VersionFingerprints {
  const parts = {
    embedder: fingerprintOf(identity.embedder),
    chunker: fingerprintOf(identity.chunker),
    schema: fingerprintOf(identity.schema),
  };
  return { ...parts, version: sha256Hex(canonicalJson(parts)) };
}

/** Fingerprint of one part of an identity. */
export function fingerprintOf(part: VersionIdentity[keyof VersionIdentity]): Sha256 {
  return sha256Hex(canonicalJson(part));
}

/**
 * Name of the vector in a collection. A caller that still encodes with another embedder asks for a name
 * that does not exist: a 400 instead of wrong neighbours.
 */
export function vectorNameOf(embedderFingerprint: string): VectorName {
  return vectorName(`e-${embedderFingerprint.slice(0, 12)}`);
}

type Flat = Readonly<Record<string, unknown>>;

/**
 * What differs between two identities, in words; empty when nothing does.
 *
 * @returns one sentence per part, such as `embedder: dimensions 64 → 256`
 */
export function compareIdentities(before: VersionIdentity, after: VersionIdentity): readonly string[] {
  const sentences: string[] = [];
  for (const part of ['embedder', 'chunker', 'schema'] as const) {
    const changes = changedFields(flatten({ ...before[part] }), flatten({ ...after[part] }));
    if (changes.length > 0) sentences.push(`${part}: ${changes.join(', ')}`);
  }
  return sentences;
}

/** Parameters of a chunker stand beside its other fields. */
function flatten({ parameters, ...rest }: Flat): Flat {
  return typeof parameters === 'object' ? { ...rest, ...parameters } : rest;
}

function changedFields(before: Flat, after: Flat): readonly string[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return names
    .filter((name) => show(before[name]) !== show(after[name]))
    .map((name) => `${name} ${brief(before[name])} → ${brief(after[name])}`);
}

function show(value: unknown): string {
  return value === undefined ? 'none' : canonicalJson(value);
}

/** Hashes are told apart by their first digits. */
function brief(value: unknown): string {
  const text = typeof value === 'string' ? value : show(value);
  if (text === '') return '""';
  return /^[0-9a-f]{40,}$/.test(text) ? text.slice(0, 8) : text;
}
