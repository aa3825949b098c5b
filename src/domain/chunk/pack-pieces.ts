import type { CountedPiece } from './fit-pieces.js';
import type { Span } from './span.js';

/** Pieces that stand side by side and make one chunk. */
export interface Packed extends Span {
  /** Whether it may begin earlier, with the end of the chunk before it. */
  readonly overlaps: boolean;
}

/**
 * Fill chunks one after the other, each as far as whole pieces go. A chunk of nothing but titles takes the prose after
 * them even when that is too much: it will be halved, where a title alone would be a useless hit.
 *
 * @param pieces  In order, each at most `room` tokens unless it cannot be cut.
 * @param sizes.room     Tokens of a chunk's own text.
 * @param sizes.overlap  Tokens kept free in a chunk that follows another; a piece that needs them gets them instead.
 * @param continues      Whether a chunk stands before the first piece.
 */
export function packPieces(
  pieces: readonly CountedPiece[],
  sizes: { readonly room: number; readonly overlap: number },
  continues: boolean,
): readonly Packed[] {
  const packed: Packed[] = [];
  let open: Open | undefined;
  for (const piece of pieces) {
    if (open !== undefined && takes(open, piece)) {
      open.end = piece.end;
      open.tokens += piece.tokens;
      open.onlyTitles &&= piece.isTitle === true;
      continue;
    }
    if (open !== undefined) packed.push({ start: open.start, end: open.end, overlaps: open.overlaps });
    const shared = sizes.room - sizes.overlap;
    const overlaps = sizes.overlap > 0 && (continues || open !== undefined) && piece.tokens <= shared;
    const { start, end, tokens } = piece;
    open = { start, end, tokens, room: overlaps ? shared : sizes.room, overlaps, onlyTitles: piece.isTitle === true };
  }
  if (open !== undefined) packed.push({ start: open.start, end: open.end, overlaps: open.overlaps });
  return packed;
}

interface Open {
  readonly start: number;
  end: number;
  tokens: number;
  readonly room: number;
  readonly overlaps: boolean;
  onlyTitles: boolean;
}

function takes(open: Open, piece: CountedPiece): boolean {
  return open.tokens + piece.tokens <= open.room || (open.onlyTitles && piece.shape !== 'lines');
}
