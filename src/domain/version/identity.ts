import type { ChunkerIdentity } from '../chunk/chunk.js';

export type Distance = 'Cosine' | 'Dot' | 'Euclid';

/** What decides a vector, and nothing else: no endpoint, so moving a server is not a re-embedding. */
export interface EmbedderIdentity {
  readonly provider: 'static' | 'transformers' | 'openai' | 'hashing' | 'module';
  readonly model: string;
  /** Local: hash of model and tokenizer files. Remote: the model name the server answers with. */
  readonly revision: string;
  readonly dtype: string;
  readonly pooling: string;
  readonly normalize: boolean;
  /** Length of a vector, integer ≥ 1; probed, never believed. */
  readonly dimensions: number;
  /** Longest input in tokens, special tokens included; 0 when unlimited. */
  readonly maxTokens: number;
  readonly truncation: 'cut' | 'refuse';
  readonly documentPrefix: string;
  readonly queryPrefix: string;
}

export interface PayloadIndex {
  readonly field: string;
  readonly type: 'keyword' | 'integer' | 'float' | 'bool' | 'datetime';
}

/** What a collection is made of besides its vectors' content. */
export interface SchemaIdentity {
  readonly payloadVersion: number;
  readonly payloadIndexes: readonly PayloadIndex[];
  readonly distance: Distance;
  readonly onDisk: boolean;
  readonly quantization: 'none' | 'scalar';
}

export interface VersionIdentity {
  readonly embedder: EmbedderIdentity;
  readonly chunker: ChunkerIdentity;
  readonly schema: SchemaIdentity;
}

export interface VersionFingerprints {
  readonly embedder: string;
  readonly chunker: string;
  readonly schema: string;
  /** The three together. */
  readonly version: string;
}

/** Texts an encoder must give the same vectors for, for ever, and a text its chunker must cut alike. */
export interface ProbeVectors {
  readonly texts: readonly string[];
  readonly vectors: readonly (readonly number[])[];
  /** Absent for versions made before chunkers were probed. */
  readonly chunker?: ChunkerProbe;
}

/** A fixed text and where the chunker cut it. */
export interface ChunkerProbe {
  readonly text: string;
  /** Start and end of every chunk, in order. */
  readonly spans: readonly number[];
}
