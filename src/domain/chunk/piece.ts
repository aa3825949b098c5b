import type { Span } from './span.js';
import { splitLines, splitParts, splitSentences, splitWords } from './split-text.js';

/**
 * Something that stays whole if it fits. `shape` says how it is cut if it does not: a list into its items
 * (`children`), prose into sentences, code and tables into lines, then both into words, parts of words, graphemes.
 */
export interface Piece extends Span {
  readonly shape: Shape;
  readonly children?: readonly Piece[];
  /** A heading: it says nothing without what follows. */
  readonly isTitle?: boolean;
  /** Tokens of its text alone, without special tokens; undefined until counted. */
  readonly tokens?: number;
}

export type Shape = 'prose' | 'lines' | 'words' | 'parts' | 'graphemes' | 'grapheme';

/** The next finer pieces; a grapheme gives itself. */
export function finerPieces(source: string, piece: Piece, room: number): readonly Piece[] {
  if (piece.children !== undefined) return piece.children;
  switch (piece.shape) {
    case 'prose':
      return shaped(splitSentences(source, piece), 'words', piece);
    case 'lines':
      return shaped(splitLines(source, piece), 'words', piece);
    case 'words':
      return shaped(splitWords(source, piece), 'parts', piece);
    case 'parts':
      // A code unit is seldom more than three tokens: such parts nearly always fit and are few.
      return shaped(splitParts(source, piece, Math.max(1, Math.floor(room / 4))), 'graphemes', piece);
    case 'graphemes':
      return shaped(splitParts(source, piece, 1), 'grapheme', piece);
    case 'grapheme':
      return [piece];
  }
}

/** What came out in one is what went in, and need not be counted again. */
function shaped(spans: readonly Span[], shape: Shape, whole: Piece): readonly Piece[] {
  const [only] = spans;
  if (only && spans.length === 1) {
    const { children, isTitle, tokens } = whole;
    return [{ start: only.start, end: only.end, shape, children, isTitle, tokens }];
  }
  return spans.map(({ start, end }) => ({
    start,
    end,
    shape,
    children: undefined,
    isTitle: undefined,
    tokens: undefined,
  }));
}
