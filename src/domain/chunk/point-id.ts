import { v5 } from 'uuid';
import { chunkId, type ChunkId, type DocId } from '../ids.js';
import { sha256Hex } from '../version/sha256.js';

/** Fixed for ever: another namespace would give every stored point another id. */
const NAMESPACE = '6f0a1b9e-3b7c-5d52-9c1e-8a4f5e2d7c60';

/**
 * Ids of a document's points: call it once per chunk, in order, with the embedded text. An id binds document
 * and text, so a passage inserted on top leaves all other ids, and with them their vectors, alone; equal
 * texts are told apart by their occurrence.
 */
export function numberPoints(doc: DocId): (text: string) => ChunkId {
  const seen = new Map<string, number>();
  return (text) => {
    const hash = sha256Hex(text);
    const occurrence = seen.get(hash) ?? 0;
    seen.set(hash, occurrence + 1);
    return pointId(doc, hash, occurrence);
  };
}

/** UUIDv5 over the three, each preceded by its length: no two lists of fields share a spelling. */
export function pointId(doc: DocId, textHash: string, occurrence: number): ChunkId {
  const fields = [doc, textHash, String(occurrence)];
  return chunkId(v5(fields.map((field) => `${field.length}:${field}`).join(''), NAMESPACE));
}
