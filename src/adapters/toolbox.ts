import { canonicalJson } from '../domain/version/canonical-json.js';
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
      // A specification that was stored comes back with its keys in another order.
      const key = canonicalJson(spec);
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
