/** A stretch of a text: UTF-16 offsets, end exclusive. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

const WHITE_SPACE = /\s/u;
/** What joins the character before it into one grapheme, a space included. */
const CONTINUES = /^[\p{Grapheme_Extend}\p{M}\p{Emoji_Modifier}\u200d\u0e33\u0eb3]/u;

/** Whether a grapheme goes on at `at`, so that no chunk may begin there. */
export function continuesGrapheme(source: string, at: number): boolean {
  const character = source.codePointAt(at);
  return character !== undefined && CONTINUES.test(String.fromCodePoint(character));
}

/**
 * Without white space at its ends.
 *
 * @returns undefined when nothing else is left
 */
export function trimSpan(source: string, { start, end }: Span): Span | undefined {
  let first = start;
  let last = end;
  while (first < last && WHITE_SPACE.test(source.charAt(first))) first += 1;
  if (first === last) return undefined;
  while (WHITE_SPACE.test(source.charAt(last - 1))) last -= 1;
  // A mark stands on the space before it: the two are one grapheme.
  if (first > start && continuesGrapheme(source, first)) first -= 1;
  return { start: first, end: last };
}
