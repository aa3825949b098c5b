import { embeddedText } from '../../domain/chunk/embedded-text.js';
import { prependOf } from '../../domain/chunk/prepend.js';
import { vectorKey } from '../../domain/chunk/vector-key.js';
import type { LogDocument, Slice } from '../../domain/corpus/document.js';
import type { IndexSpec } from '../../domain/index-spec.js';
import type { Embedder } from '../../ports/embedder.js';
import type { Ports } from '../../ports/index.js';

export interface Sample {
  /** Present documents in the range. */
  readonly documents: number;
  /** Those that were read; all further sums are over them. */
  readonly sampled: number;
  readonly chunks: number;
  readonly tokens: number;
  readonly textBytes: number;
  readonly cacheHits: number;
  readonly tokensToEmbed: number;
  /** Measured on a few of the texts; null for remote embedders and without any text. */
  readonly secondsPerText: number | null;
}

export interface SampleRequest {
  readonly range: Slice;
  /** Documents to read at most, ≥ 1; with more, every n-th is read. */
  readonly most: number;
  /** Of the embedder, for its cache. */
  readonly fingerprint: string;
}

type SamplePorts = Pick<Ports, 'log' | 'contents' | 'cache' | 'toolbox'>;

interface Piece {
  readonly text: string;
  readonly tokens: number;
}

const PAGE_DOCUMENTS = 128;
/** Texts that are embedded to measure the speed. */
const TIMED_TEXTS = 32;

/** Read, cut and count documents of the log, and look their vectors up in the cache. */
export async function sampleCorpus(ports: SamplePorts, spec: IndexSpec, request: SampleRequest): Promise<Sample> {
  const { documents } = await ports.log.measure(spec.index, request.range);
  const embedder = ports.toolbox.embedder(spec.embedder);
  const sums = { sampled: 0, chunks: 0, tokens: 0, textBytes: 0, cacheHits: 0, tokensToEmbed: 0 };
  const timed: string[] = [];
  for await (const page of everyNth(ports, spec, { ...request, documents })) {
    const pieces = await piecesOf(ports, spec, page);
    const cached = await cachedTexts(ports, embedder, { pieces, fingerprint: request.fingerprint });
    sums.sampled += page.length;
    for (const { text, tokens } of pieces) {
      sums.chunks += 1;
      sums.tokens += tokens;
      sums.textBytes += Buffer.byteLength(text);
      if (cached.has(text)) sums.cacheHits += 1;
      else sums.tokensToEmbed += tokens;
      if (timed.length < TIMED_TEXTS) timed.push(text);
    }
  }
  const isRemote = spec.embedder.kind === 'openai';
  return { documents, ...sums, secondsPerText: isRemote ? null : await timePerText(embedder, timed) };
}

/** Pages of the present documents to read, evenly spread over the range. */
async function* everyNth(
  { log }: SamplePorts,
  { index }: IndexSpec,
  { range, most, documents }: SampleRequest & { readonly documents: number },
): AsyncGenerator<readonly LogDocument[]> {
  const step = Math.max(1, documents / most);
  let seen = 0;
  let next = 0;
  for await (const page of log.read(index, range, PAGE_DOCUMENTS)) {
    const chosen = page.filter(({ kind }) => {
      if (kind !== 'present') return false;
      seen += 1;
      if (seen <= next) return false;
      next += step;
      return true;
    });
    if (chosen.length > 0) yield chosen;
  }
}

async function piecesOf(
  { contents, toolbox }: SamplePorts,
  spec: IndexSpec,
  page: readonly LogDocument[],
): Promise<readonly Piece[]> {
  const chunker = toolbox.chunker(spec.chunker, toolbox.embedder(spec.embedder));
  const texts = await contents.texts(page.flatMap(({ contentKey }) => contentKey ?? []));
  const pieces: Piece[] = [];
  for (const { contentKey, title } of page) {
    const text = contentKey === undefined ? undefined : texts.get(contentKey);
    if (text === undefined) continue;
    const prepend = prependOf(spec.chunker, title);
    for (const chunk of await chunker.chunk({ text, prepend })) {
      pieces.push({ text: embeddedText(prepend, chunk), tokens: chunk.tokens });
    }
  }
  return pieces;
}

async function cachedTexts(
  { cache }: SamplePorts,
  embedder: Embedder,
  { pieces, fingerprint }: { readonly pieces: readonly Piece[]; readonly fingerprint: string },
): Promise<ReadonlySet<string>> {
  if (embedder.cheap || pieces.length === 0) return new Set();
  const keys = new Map(pieces.map(({ text }) => [text, vectorKey(fingerprint, 'document', text)]));
  const found = await cache.get([...keys.values()]);
  return new Set([...keys].flatMap(([text, key]) => (found.has(key) ? [text] : [])));
}

async function timePerText(embedder: Embedder, texts: readonly string[]): Promise<number | null> {
  if (texts.length === 0) return null;
  const startedAt = performance.now();
  await embedder.embedDocuments(texts);
  return (performance.now() - startedAt) / 1_000 / texts.length;
}
