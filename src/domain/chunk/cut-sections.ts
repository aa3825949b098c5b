import type { Chunk } from './chunk.js';
import { countAll } from './count-tokens.js';
import type { CutTools } from './count-tokens.js';
import { embeddedText } from './embedded-text.js';
import { fitPieces } from './fit-pieces.js';
import { withOverlap } from './overlap.js';
import type { Draft } from './overlap.js';
import { packPieces } from './pack-pieces.js';
import type { Piece } from './piece.js';
import { trimSpan } from './span.js';
import { halve, splitWindows } from './split-text.js';

/** A stretch that no chunk crosses, with the titles it stands under. */
export interface Section {
  /** In order, end to end. */
  readonly pieces: readonly Piece[];
  readonly heading: readonly string[];
  /** How many of the innermost titles the section's own text shows at its beginning. */
  readonly shownTitles: number;
}

export interface CutSizes {
  readonly maxTokens: number;
  readonly overlapTokens: number;
}

export interface CutRequest {
  readonly source: string;
  /** Embedded in front of every chunk, and counted with it. */
  readonly prepend: string;
  readonly sizes: CutSizes;
  /** Whether the titles a chunk does not show itself are embedded in front of it. */
  readonly embedHeading: boolean;
}

/** Sections are worked on in stretches of this size, so that memory does not grow with a document. */
const STRETCH_UNITS = 65_536;
const WINDOW_UNITS = 32_768;
/** A title that leaves less than this share of a chunk is counted as if it left it: the chunks then are too long. */
const LEAST_SHARE = 1 / 4;

/**
 * Cut sections into chunks of at most `maxTokens` embedded tokens each; only one grapheme may be more. Together they
 * hold all of the source but white space, in order, never cut inside a grapheme.
 */
export async function cutSections(
  sections: readonly Section[],
  request: CutRequest,
  tools: CutTools,
): Promise<readonly Chunk[]> {
  const [blank = 0] = await tools.countTokens(['']);
  const chunks: Chunk[] = [];
  for (const section of sections) {
    const from = section.pieces[0]?.start ?? 0;
    const leads = leadsOf(section, request);
    const [before = 0] = await tools.countTokens([request.prepend + leads.longest]);
    const { maxTokens, overlapTokens } = request.sizes;
    const room = Math.max(Math.ceil(maxTokens * LEAST_SHARE), maxTokens - before);
    const overlap = Math.min(overlapTokens, Math.floor(room / 2));
    const cut = { source: request.source, from, room, overlap, blank, tools };
    for (const stretch of stretches(request.source, section.pieces)) {
      const drafts = await draftChunks(stretch, cut);
      chunks.push(...(await settle(drafts, { request, section, leads, from, tools })));
      await tools.breathe();
    }
  }
  return chunks;
}

interface Cut {
  readonly source: string;
  readonly from: number;
  readonly room: number;
  readonly overlap: number;
  readonly blank: number;
  readonly tools: CutTools;
}

async function draftChunks(pieces: readonly Piece[], cut: Cut): Promise<readonly Draft[]> {
  const fitting = await fitPieces(cut.source, pieces, cut);
  const continues = (pieces[0]?.start ?? 0) > cut.from;
  const packed = packPieces(fitting, cut, continues);
  return cut.overlap > 0
    ? withOverlap(cut.source, packed, cut)
    : packed.map(({ start, end }) => ({ start, own: start, end }));
}

function* stretches(source: string, pieces: readonly Piece[]): Generator<readonly Piece[]> {
  let stretch: Piece[] = [];
  let units = 0;
  for (const piece of windowed(source, pieces)) {
    if (stretch.length > 0 && units + piece.end - piece.start > STRETCH_UNITS) {
      yield stretch;
      stretch = [];
      units = 0;
    }
    stretch.push(piece);
    units += piece.end - piece.start;
  }
  if (stretch.length > 0) yield stretch;
}

function* windowed(source: string, pieces: readonly Piece[]): Generator<Piece> {
  for (const piece of pieces)
    if (piece.end - piece.start <= WINDOW_UNITS) yield piece;
    else if (piece.children !== undefined) yield* windowed(source, piece.children);
    else for (const span of splitWindows(source, piece, WINDOW_UNITS)) yield { ...span, shape: piece.shape };
}

interface Leads {
  /** For the chunk that begins the section and so shows its titles. */
  readonly first: string;
  readonly later: string;
  /** The one to reckon with. */
  readonly longest: string;
}

function leadsOf({ heading, shownTitles }: Section, { prepend, embedHeading }: CutRequest): Leads {
  if (!embedHeading) return { first: '', later: '', longest: '' };
  // A document's first heading often is its title, which already stands in front.
  const repeats = heading[0] !== undefined && heading[0] === prepend.trim() ? 1 : 0;
  const later = leadText(heading.slice(repeats));
  const first = leadText(heading.slice(repeats, Math.max(repeats, heading.length - shownTitles)));
  return { first, later, longest: later };
}

function leadText(titles: readonly string[]): string {
  return titles.length === 0 ? '' : `${titles.join(' > ')}\n`;
}

interface Settling {
  readonly request: CutRequest;
  readonly section: Section;
  readonly leads: Leads;
  readonly from: number;
  readonly tools: CutTools;
}

/**
 * Tokens of a whole are not quite the sum of its parts': count what will be embedded, and where it is too much take
 * away the overlap, then halve until it fits.
 */
async function settle(drafts: readonly Draft[], settling: Settling): Promise<readonly Chunk[]> {
  const { source, sizes } = settling.request;
  const chunks: Chunk[] = [];
  let open = drafts.flatMap((draft) => trimDraft(source, draft));
  while (open.length > 0) {
    const made = open.map((draft) => toChunk(draft, settling));
    const texts = made.map((chunk) => embeddedText(settling.request.prepend, chunk));
    const counts = await countAll(settling.tools, texts);
    const smaller: Draft[] = [];
    for (const [index, chunk] of made.entries()) {
      const tokens = counts[index] ?? 0;
      const draft = open[index];
      const parts = tokens > sizes.maxTokens && draft !== undefined ? shrink(source, draft) : undefined;
      if (parts === undefined) chunks.push({ ...chunk, tokens });
      else smaller.push(...parts.flatMap((part) => trimDraft(source, part)));
    }
    open = smaller;
  }
  return chunks.sort((a, b) => a.end - b.end);
}

/** @returns undefined when it is one grapheme */
function shrink(source: string, draft: Draft): readonly Draft[] | undefined {
  if (draft.start < draft.own) return [{ ...draft, start: draft.own }];
  return halve(source, draft)?.map((half) => ({ ...half, own: half.start }));
}

/** What holds nothing but white space of its own is no chunk. */
function trimDraft(source: string, { start, own, end }: Draft): readonly Draft[] {
  const content = trimSpan(source, { start: own, end });
  if (content === undefined) return [];
  const whole = start < own ? trimSpan(source, { start, end }) : undefined;
  return [{ start: whole?.start ?? content.start, own: content.start, end: content.end }];
}

function toChunk({ start, end }: Draft, { request, section, leads, from }: Settling): Omit<Chunk, 'tokens'> {
  const begins = trimSpan(request.source, { start: from, end: start }) === undefined;
  const lead = begins ? leads.first : leads.later;
  return {
    text: request.source.slice(start, end),
    start,
    end,
    heading: section.heading,
    ...(lead !== '' && { lead }),
  };
}
