/** A stretch of a text: UTF-16 offsets, end exclusive. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

const OTHER_SPACES = new Set(
  [
    ...'\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000\ufeff',
  ].map((character) => character.charCodeAt(0)),
);
const FIRST_MARK = 0x300;
/** What joins the character before it into one grapheme, a space included. */
const CONTINUES = /^[\p{Grapheme_Extend}\p{M}\p{Emoji_Modifier}\u200d\u0e33\u0eb3]/u;

/** As `\s` has it. */
export function isWhiteSpace(unit: number): boolean {
  if (unit <= 0x20) return unit === 0x20 || (unit >= 9 && unit <= 13);
  if (unit < 0x1680) return unit === 0xa0;
  return OTHER_SPACES.has(unit);
}

/** Whether a grapheme goes on at `at`, so that no chunk may begin there. */
export function continuesGrapheme(source: string, at: number): boolean {
  const character = source.codePointAt(at);
  return character !== undefined && character >= FIRST_MARK && CONTINUES.test(String.fromCodePoint(character));
}

/**
 * Without white space at its ends.
 *
 * @returns undefined when nothing else is left
 */
export function trimSpan(source: string, { start, end }: Span): Span | undefined {
  let first = start;
  let last = end;
  while (first < last && isWhiteSpace(source.charCodeAt(first))) first += 1;
  if (first === last) return undefined;
  while (isWhiteSpace(source.charCodeAt(last - 1))) last -= 1;
  // A mark stands on the space before it: the two are one grapheme.
  if (first > start && continuesGrapheme(source, first)) first -= 1;
  return { start: first, end: last };
}
