import { countAll } from './count-tokens.js';
import type { CutTools } from './count-tokens.js';
import { finerPieces } from './piece.js';
import type { Piece } from './piece.js';
import { isWhiteSpace } from './span.js';
import type { Span } from './span.js';

/** A piece with its tokens. */
export type CountedPiece = Piece & { readonly tokens: number };

/** A longer piece is cut without being counted. Some vocabularies take any long word for one unknown token. */
export const MAX_UNITS_PER_TOKEN = 32;
const SPACE = 32;

/**
 * Cut pieces until each has at most `room` tokens, or is a single grapheme. Every level is counted at most once, so
 * time grows with the text and no faster.
 *
 * @param blank  Tokens of an empty text: what special tokens and prefix cost.
 */
export async function fitPieces(
  source: string,
  pieces: readonly Piece[],
  how: { readonly room: number; readonly blank: number; readonly tools: CutTools },
): Promise<readonly CountedPiece[]> {
  const maxUnits = how.room * MAX_UNITS_PER_TOKEN;
  let current = pieces;
  for (;;) {
    const counted = await countPieces(source, current, { ...how, maxUnits });
    if (counted.every((piece) => fits(piece, how.room))) return counted;
    const next: Piece[] = [];
    for (const piece of counted) {
      if (fits(piece, how.room)) next.push(piece);
      else for (const finer of finerPieces(source, piece, how.room)) next.push(finer);
    }
    current = next;
    await how.tools.breathe();
  }
}

const fits = ({ tokens, shape }: CountedPiece, room: number): boolean => tokens <= room || shape === 'grapheme';

/**
 * The text a piece is counted by: with the white space behind it, except a single space, which most vocabularies put
 * into the next word.
 */
export function countedText(source: string, { start, end }: Span): string {
  const isSingleSpace =
    end - start > 1 && source.charCodeAt(end - 1) === SPACE && !isWhiteSpace(source.charCodeAt(end - 2));
  return source.slice(start, isSingleSpace ? end - 1 : end);
}

async function countPieces(
  source: string,
  pieces: readonly Piece[],
  how: { readonly blank: number; readonly tools: CutTools; readonly maxUnits: number },
): Promise<readonly CountedPiece[]> {
  const isOpen = (piece: Piece) => piece.tokens === undefined && piece.end - piece.start <= how.maxUnits;
  const texts: string[] = [];
  for (const piece of pieces) if (isOpen(piece)) texts.push(countedText(source, piece));
  const counts = await countAll(how.tools, texts);
  let at = 0;
  return pieces.map((piece) => {
    if (isCounted(piece)) return piece;
    if (!isOpen(piece)) return withTokens(piece, piece.shape === 'grapheme' ? how.maxUnits : Infinity);
    const count = counts[at] ?? 0;
    at += 1;
    return withTokens(piece, Math.max(0, count - how.blank));
  });
}

const isCounted = (piece: Piece): piece is CountedPiece => piece.tokens !== undefined;

// Written out, because spreading makes objects of many shapes: it took most of the time of cutting.
function withTokens({ start, end, shape, children, isTitle }: Piece, tokens: number): CountedPiece {
  return { start, end, shape, children, isTitle, tokens };
}
