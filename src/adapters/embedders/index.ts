import type { EmbedderSpec } from '../../domain/index-spec.js';
import type { Embedder } from '../../ports/embedder.js';
import { CheckedEmbedder } from './checked-embedder.js';
import { HashingEmbedder } from './hashing-embedder.js';
import { OpenAiEmbedder } from './openai/openai-embedder.js';
import { StaticEmbedder } from './static/static-embedder.js';
import { TransformersEmbedder } from './transformers/transformers-embedder.js';

export interface EmbedderEnvironment {
  /** Where models are looked for, first match wins. */
  readonly modelFolders: readonly string[];
  /** Environment variables: API keys are read from it by the name that the configuration gives. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** Make an embedder; nothing is loaded or asked before its first call. */
export function openEmbedder(spec: EmbedderSpec, environment: EmbedderEnvironment): Embedder {
  return new CheckedEmbedder(createEmbedder(spec, environment));
}

function createEmbedder(spec: EmbedderSpec, { modelFolders, environment }: EmbedderEnvironment): Embedder {
  switch (spec.kind) {
    case 'static':
      return new StaticEmbedder(spec, modelFolders);
    case 'transformers':
      return new TransformersEmbedder(spec, modelFolders);
    case 'openai':
      return new OpenAiEmbedder(spec, environment);
    case 'hashing':
      return new HashingEmbedder(spec);
  }
}
