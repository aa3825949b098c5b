import type { Chunk, ChunkerIdentity } from '../domain/chunk/chunk.js';

/** Cuts a text into chunks; sizes are counted with the embedder's own tokenizer. */
export interface Chunker {
  describe(): ChunkerIdentity;
  /**
   * @param prepend  Text that will be embedded in front of every chunk (title); counts towards its size.
   * @returns chunks in order, covering all of the text but white space; none for a blank text.
   */
  chunk(document: { readonly text: string; readonly prepend: string }): Promise<readonly Chunk[]>;
}
