import { DocumentProblem } from '../../ports/source.js';

/** Bytes to text, a byte order mark left out. @throws {DocumentProblem} for anything but UTF-8. */
export function decodeUtf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    const utf16 = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
    throw new DocumentProblem(utf16 ? 'is UTF-16, not UTF-8' : 'is not valid UTF-8');
  }
}
