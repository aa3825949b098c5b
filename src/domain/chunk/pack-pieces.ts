import type { CountedPiece } from './fit-pieces.js';
import type { Span } from './span.js';

/** Pieces that stand side by side and make one chunk. */
export interface Packed extends Span {
  /** Whether it may begin earlier, with the end of the chunk before it. */
  readonly overlaps: boolean;
}

/**
 * Fill chunks one after the other, each as far as whole pieces go.
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
  let open: { start: number; end: number; tokens: number; room: number; overlaps: boolean } | undefined;
  for (const piece of pieces) {
    if (open !== undefined && open.tokens + piece.tokens <= open.room) {
      open.end = piece.end;
      open.tokens += piece.tokens;
      continue;
    }
    if (open !== undefined) packed.push({ start: open.start, end: open.end, overlaps: open.overlaps });
    const shared = sizes.room - sizes.overlap;
    const overlaps = sizes.overlap > 0 && (continues || open !== undefined) && piece.tokens <= shared;
    open = { start: piece.start, end: piece.end, tokens: piece.tokens, room: overlaps ? shared : sizes.room, overlaps };
  }
  if (open !== undefined) packed.push({ start: open.start, end: open.end, overlaps: open.overlaps });
  return packed;
}
