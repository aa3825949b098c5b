import type { Chunk } from './chunk.js';

/**
 * What is embedded for a chunk; the chunker counts its tokens on exactly this text.
 *
 * @param prepend  The document's part (title and separator), as given to `Chunker.chunk`; may be empty.
 */
export function embeddedText(prepend: string, chunk: Pick<Chunk, 'text' | 'lead'>): string {
  return prepend + (chunk.lead ?? '') + chunk.text;
}
