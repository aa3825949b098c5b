import type { Chunk, ChunkerIdentity } from '../../domain/chunk/chunk.js';
import { cutSections } from '../../domain/chunk/cut-sections.js';
import type { CutRequest, Section } from '../../domain/chunk/cut-sections.js';
import type { CutTools } from '../../domain/chunk/count-tokens.js';
import { embeddedText } from '../../domain/chunk/embedded-text.js';
import { trimSpan } from '../../domain/chunk/span.js';
import type { ChunkerSpec } from '../../domain/index-spec.js';
import type { Chunker } from '../../ports/chunker.js';
import type { Tokenizer } from '../../ports/embedder.js';
import { breathe } from '../../pace.js';
import { outlineMarkdown } from './markdown-outline.js';

type WindowSpec = Exclude<ChunkerSpec, { kind: 'whole' }>;

/** Raised whenever the same parameters cut differently: refreshes then refuse to mix two ways in one collection. */
const ALGORITHM = 2;

/**
 * Make a chunker. Sizes are counted by `tokenizer` on the text that will be embedded.
 *
 * - `markdown`: a section at most per chunk; in it whole blocks, else list items, sentences or lines, words, and at
 *   the last parts of words, as they fit. Neighbours within a section share words.
 * - `tokens`: windows of words over the whole text; neighbours share words.
 * - `whole`: the text as it is, however long.
 */
export function openChunker(spec: ChunkerSpec, tokenizer: Tokenizer): Chunker {
  const describe = (): ChunkerIdentity => {
    const { kind, ...parameters } = spec;
    return { kind, parameters, algorithm: ALGORITHM, tokenizer: tokenizer.identity };
  };
  if (spec.kind === 'whole') return { describe, chunk: (document) => wholeText(document, tokenizer) };
  return { describe, chunk: (document) => windows(document, spec, tokenizer) };
}

interface Document {
  readonly text: string;
  readonly prepend: string;
}

async function wholeText({ text, prepend }: Document, tokenizer: Tokenizer): Promise<readonly Chunk[]> {
  const span = trimSpan(text, { start: 0, end: text.length });
  if (span === undefined) return [];
  const chunk = { ...span, text: text.slice(span.start, span.end), heading: [] };
  const [tokens = 0] = await tokenizer.countTokens([embeddedText(prepend, chunk)]);
  return [{ ...chunk, tokens }];
}

async function windows({ text, prepend }: Document, spec: WindowSpec, tokenizer: Tokenizer): Promise<readonly Chunk[]> {
  if (trimSpan(text, { start: 0, end: text.length }) === undefined) return [];
  const tools: CutTools = {
    countTokens: rememberingWords((texts) => tokenizer.countTokens(texts)),
    breathe,
  };
  const request: CutRequest = {
    source: text,
    prepend,
    sizes: spec,
    embedHeading: spec.kind === 'markdown' && spec.embedHeading,
  };
  const sections = spec.kind === 'markdown' ? await outlineMarkdown(text, tools.breathe) : [oneSection(text)];
  return cutSections(sections, request, tools);
}

function oneSection(text: string): Section {
  return { pieces: [{ start: 0, end: text.length, shape: 'words' }], heading: [], shownTitles: 0 };
}

const WORD_UNITS = 24;
const MAX_WORDS = 50_000;

/** A document repeats its words: each is counted once. The memory ends with the document. */
function rememberingWords(count: CutTools['countTokens']): CutTools['countTokens'] {
  const words = new Map<string, number>();
  return async (texts) => {
    const unknown = new Map<string, number>();
    for (const text of texts) if (!words.has(text)) unknown.set(text, 0);
    const asked = [...unknown.keys()];
    const counts = asked.length === 0 ? [] : await count(asked);
    for (const [index, text] of asked.entries()) {
      const tokens = counts[index] ?? 0;
      if (text.length <= WORD_UNITS && words.size < MAX_WORDS) words.set(text, tokens);
      else unknown.set(text, tokens);
    }
    return texts.map((text) => words.get(text) ?? unknown.get(text) ?? 0);
  };
}
