const WHITE_SPACE = /\s/;

/**
 * Cut a long text into parts of at most `maxUnits` code units: before white space in the part's second half if
 * there is any, else between two characters. Tokenizers that split at white space give the same tokens as uncut.
 */
export function textParts(text: string, maxUnits: number): readonly string[] {
  if (text.length <= maxUnits) return [text];
  const parts: string[] = [];
  let start = 0;
  while (text.length - start > maxUnits) {
    const end = cutBefore(text, start, start + maxUnits);
    parts.push(text.slice(start, end));
    start = end;
  }
  parts.push(text.slice(start));
  return parts;
}

function cutBefore(text: string, start: number, limit: number): number {
  for (let at = limit; at > start + (limit - start) / 2; at -= 1) if (WHITE_SPACE.test(text.charAt(at))) return at;
  return isLowSurrogate(text.charCodeAt(limit)) ? limit - 1 : limit;
}

function isLowSurrogate(unit: number): boolean {
  return unit >= 0xdc00 && unit <= 0xdfff;
}
