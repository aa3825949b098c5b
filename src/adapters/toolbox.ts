import type { EmbedderSpec } from '../domain/index-spec.js';
import type { Embedder } from '../ports/embedder.js';
import type { Toolbox } from '../ports/toolbox.js';
import { openChunker } from './chunkers/index.js';
import { openEmbedder } from './embedders/index.js';
import { openSource } from './sources/index.js';

/** An embedder is loaded once per process and specification, and closed with the toolbox. */
export function createToolbox(options: {
  readonly modelFolders: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
}): Toolbox {
  const embedders = new Map<string, Embedder>();
  return {
    source: openSource,
    chunker: openChunker,
    embedder(spec: EmbedderSpec): Embedder {
      const key = JSON.stringify(spec);
      const known = embedders.get(key);
      if (known) return known;
      const opened = openEmbedder(spec, options);
      embedders.set(key, opened);
      return opened;
    },
    async close() {
      await Promise.all([...embedders.values()].map((embedder) => embedder.close()));
      embedders.clear();
    },
  };
}
