import { countAll } from './count-tokens.js';
import type { CutTools } from './count-tokens.js';
import { finerPieces } from './piece.js';
import type { Piece } from './piece.js';
import type { Span } from './span.js';

/** A piece with its tokens. */
export type CountedPiece = Piece & { readonly tokens: number };

/** A longer piece is cut without being counted. Some vocabularies take any long word for one unknown token. */
export const MAX_UNITS_PER_TOKEN = 32;

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
    if (counted.every((piece) => piece.tokens <= how.room || piece.shape === 'grapheme')) return counted;
    const next: Piece[] = [];
    for (const piece of counted) {
      if (piece.tokens <= how.room) next.push(piece);
      else next.push(...finerPieces(source, piece, how.room));
      await how.tools.breathe();
    }
    current = next;
  }
}

/**
 * The text a piece is counted by: with the white space behind it, except a single space, which most vocabularies put
 * into the next word.
 */
export function countedText(source: string, { start, end }: Span): string {
  const text = source.slice(start, end);
  return text.endsWith(' ') && /\S $/u.test(text) ? text.slice(0, -1) : text;
}

async function countPieces(
  source: string,
  pieces: readonly Piece[],
  how: { readonly blank: number; readonly tools: CutTools; readonly maxUnits: number },
): Promise<readonly CountedPiece[]> {
  const isOpen = (piece: Piece) => piece.tokens === undefined && piece.end - piece.start <= how.maxUnits;
  const texts = pieces.filter(isOpen).map((piece) => countedText(source, piece));
  const counts = (await countAll(how.tools, texts)).values();
  return pieces.map((piece) => {
    if (piece.tokens !== undefined) return { ...piece, tokens: piece.tokens };
    if (!isOpen(piece)) return { ...piece, tokens: piece.shape === 'grapheme' ? how.maxUnits : Infinity };
    return { ...piece, tokens: Math.max(0, (counts.next().value ?? 0) - how.blank) };
  });
}
