import type { ChunkerSpec, EmbedderSpec, SourceSpec } from '../domain/index-spec.js';
import type { Chunker } from './chunker.js';
import type { Embedder, Tokenizer } from './embedder.js';
import type { Source } from './source.js';

/** Makes adapters from an index's configuration; embedders are shared within a process by their spec. */
export interface Toolbox {
  source(spec: SourceSpec, limits: { readonly maxDocumentBytes: number }): Source;
  chunker(spec: ChunkerSpec, tokenizer: Tokenizer): Chunker;
  embedder(spec: EmbedderSpec): Embedder;
  close(): Promise<void>;
}
