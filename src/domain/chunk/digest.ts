import type { ChunkId, Sha256 } from '../ids.js';
import type { JsonObject } from '../json.js';
import { canonicalJson } from '../version/canonical-json.js';
import { sha256Hex } from '../version/sha256.js';

/** Digest of a document that has no points. */
export const NO_POINTS = '';

/** SHA-256 over a payload's canonical JSON. */
export function payloadHash(payload: JsonObject): Sha256 {
  return sealPayload(payload).hash;
}

/** Hash of a payload, and how many bytes it takes in a request. */
export function sealPayload(payload: JsonObject): { readonly hash: Sha256; readonly bytes: number } {
  const json = canonicalJson(payload);
  return { hash: sha256Hex(json), bytes: Buffer.byteLength(json) };
}

/**
 * One link of the chain over a document's points, taken in id order; written to the ledger when points
 * are, and recomputed from the collection when a version is verified.
 *
 * @param previous  Chain so far, {@link NO_POINTS} at the start.
 * @param hash      {@link payloadHash} of the point.
 */
export function extendChunkDigest(previous: string, id: ChunkId, hash: Sha256): Sha256 {
  return sha256Hex(`${previous}|${id}|${hash}`);
}

/** The whole chain, whatever order the points come in. */
export function chunkDigest(points: readonly { readonly id: ChunkId; readonly hash: Sha256 }[]): string {
  const sorted = [...points].sort((a, b) => compareIds(a.id, b.id));
  return sorted.reduce((chain, { id, hash }) => extendChunkDigest(chain, id, hash), NO_POINTS);
}

/** Order of ids as a vector store scrolls them: UUIDs of one length in lower case compare like their bytes. */
export function compareIds(a: ChunkId, b: ChunkId): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
