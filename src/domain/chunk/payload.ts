import type { LogDocument } from '../corpus/document.js';
import type { Revision } from '../ids.js';
import type { JsonObject } from '../json.js';
import type { Chunk } from './chunk.js';

/** Raised when the fields below change their meaning; part of the schema fingerprint. */
export const PAYLOAD_VERSION = 1;

/** What a point carries besides its vector. `doc_id` and `rev` steer catch-up, the rest is for readers. */
export interface ChunkPayload extends JsonObject {
  readonly doc_id: string;
  /** Ordinal of the chunk in its document, from 0. */
  readonly chunk: number;
  readonly rev: Revision;
  readonly start: number;
  readonly end: number;
  readonly text: string;
  readonly content_hash: string;
}

/** Payload of the `ordinal`-th chunk of a document; the source's metadata stands under `meta`. */
export function chunkPayload(document: LogDocument, chunk: Chunk, ordinal: number): ChunkPayload {
  return {
    doc_id: document.id,
    chunk: ordinal,
    rev: document.revision,
    start: chunk.start,
    end: chunk.end,
    text: chunk.text,
    content_hash: document.contentHash,
    ...(document.title === undefined ? {} : { title: document.title }),
    ...(document.uri === undefined ? {} : { uri: document.uri }),
    ...(chunk.heading.length === 0 ? {} : { heading: chunk.heading }),
    ...(Object.keys(document.metadata).length === 0 ? {} : { meta: document.metadata }),
  };
}
