import { sealPayload } from '../../domain/chunk/digest.js';
import { embeddedText } from '../../domain/chunk/embedded-text.js';
import { chunkPayload, type ChunkPayload } from '../../domain/chunk/payload.js';
import { numberPoints } from '../../domain/chunk/point-id.js';
import { prependOf } from '../../domain/chunk/prepend.js';
import type { LogDocument } from '../../domain/corpus/document.js';
import type { ChunkId, Sha256 } from '../../domain/ids.js';
import type { ChunkerSpec } from '../../domain/index-spec.js';
import type { Chunker } from '../../ports/chunker.js';
import { breathe, isTurnOver } from '../../pace.js';

/** A chunk on its way to becoming a point: all but its vector. */
export interface Passage {
  readonly id: ChunkId;
  /** What is embedded. */
  readonly text: string;
  readonly tokens: number;
  readonly payload: ChunkPayload;
  /** Of the payload, for the ledger's chain. */
  readonly hash: Sha256;
  /** Payload as JSON, for the size of a request. */
  readonly bytes: number;
}

export interface PassageMaker {
  readonly chunker: Chunker;
  readonly spec: ChunkerSpec;
}

/** Cut a document; none for a blank text. Pauses now and then: a document may have thousands of chunks. */
export async function passagesOf(
  { chunker, spec }: PassageMaker,
  document: LogDocument,
  text: string,
): Promise<readonly Passage[]> {
  const prepend = prependOf(spec, document.title);
  const chunks = await chunker.chunk({ text, prepend });
  const idOf = numberPoints(document.id);
  const passages: Passage[] = [];
  for (const [ordinal, chunk] of chunks.entries()) {
    if (isTurnOver()) await breathe();
    const embedded = embeddedText(prepend, chunk);
    const payload = chunkPayload(document, chunk, ordinal);
    passages.push({ id: idOf(embedded), text: embedded, tokens: chunk.tokens, payload, ...sealPayload(payload) });
  }
  return passages;
}
