// C0 but tab and line feed, DEL, C1, zero-width and bidirectional controls, line and paragraph separators.
const CONTROLS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

/**
 * Text from documents as a terminal may show it: an escape sequence could move the cursor or rewrite what
 * stands there, and a bidirectional control could make a reviewer read something else.
 */
export function printable(text: string): string {
  return text.replace(CONTROLS, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** Text as one line of at most `width` characters, white space collapsed. */
export const oneLine = (text: string, width: number): string => cut(text.replace(/\s+/g, ' ').trim(), width);

/** At most `width` characters; a cut is shown by an ellipsis. */
export function cut(text: string, width: number): string {
  const line = printable(text);
  const characters = [...line];
  return characters.length <= width ? line : `${characters.slice(0, Math.max(0, width - 1)).join('')}…`;
}
