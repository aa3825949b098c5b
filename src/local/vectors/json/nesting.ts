import { StructureScanner } from './structure-scanner.js';

/** As deep as Qdrant reads JSON. */
const MAX_DEPTH = 128;

/**
 * Whether a text nests deeper than Qdrant allows. Asked before the text is parsed, because 32 MB of brackets
 * would hold the one thread for seconds; any text will do, JSON or not.
 */
export function nestsTooDeep(text: string): boolean {
  const scanner = new StructureScanner(text);
  let depth = 0;
  for (let at = scanner.next(0); at < text.length;) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) at = scanner.next(scanner.endOfString(at));
    else {
      depth += code === OPEN_ARRAY || code === OPEN_OBJECT ? 1 : -1;
      if (depth >= MAX_DEPTH) return true;
      at = scanner.next(at + 1);
    }
  }
  return false;
}

const QUOTE = 0x22;
const OPEN_ARRAY = 0x5b;
const OPEN_OBJECT = 0x7b;
