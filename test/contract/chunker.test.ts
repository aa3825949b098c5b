import { openChunker } from '../../src/adapters/chunkers/index.js';
import { openEmbedder } from '../../src/adapters/embedders/index.js';
import type { ChunkerSpec } from '../../src/domain/index-spec.js';
import { describeChunker } from './chunker.js';

const open = (spec: ChunkerSpec) => () => {
  const tokenizer = openEmbedder({ kind: 'hashing', dimensions: 8, seed: 1 }, { modelFolders: [], environment: {} });
  return { chunker: openChunker(spec, tokenizer), tokenizer };
};

const markdown = { kind: 'markdown', maxTokens: 24, overlapTokens: 6, embedTitle: true, embedHeading: true } as const;

describeChunker('markdown', open(markdown), undefined);
describeChunker('markdown without headings', open({ ...markdown, embedHeading: false }), 24);
describeChunker('markdown without overlap', open({ ...markdown, embedHeading: false, overlapTokens: 0 }), 24);
describeChunker('tokens', open({ kind: 'tokens', maxTokens: 16, overlapTokens: 4, embedTitle: true }), 16);
describeChunker('whole', open({ kind: 'whole', embedTitle: true }), undefined);
