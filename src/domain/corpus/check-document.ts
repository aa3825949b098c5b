import { canonicalJson } from '../version/canonical-json.js';
import type { SourceDocument } from './document.js';
import { isWellFormed } from './well-formed.js';

/** Reason for a document without any text: skipped, never an error, and no fault of a build. */
export const EMPTY_TEXT = 'empty text';

/**
 * Why a document cannot be indexed as it is; undefined when it can. Stores cannot keep NUL or half a
 * surrogate pair, and an embedder sees nothing in a blank text.
 */
export function documentFault(document: SourceDocument, maxDocumentBytes: number): string | undefined {
  const { text, title = '', uri = '', metadata } = document;
  if (text.length > maxDocumentBytes) return `text longer than ${maxDocumentBytes} bytes`;
  for (const [field, value] of Object.entries({ text, title, uri })) {
    const fault = stringFault(value);
    if (fault !== undefined) return `${field} ${fault}`;
  }
  const fault = metadataFault(metadata);
  if (fault !== undefined) return fault;
  return text.trim() === '' ? EMPTY_TEXT : undefined;
}

/** Why a string cannot be stored unchanged. */
export function stringFault(value: string): string | undefined {
  if (value.includes('\0')) return 'holds a NUL character';
  return isWellFormed(value) ? undefined : 'holds half of a surrogate pair';
}

// An even number of backslashes before it would spell the characters "\u0000" themselves.
const NUL_ESCAPE = /(?<!\\)(?:\\\\)*\\u0000/;

function metadataFault(metadata: SourceDocument['metadata']): string | undefined {
  try {
    // As deep as it will stand in a payload.
    return NUL_ESCAPE.test(canonicalJson({ meta: metadata })) ? 'metadata holds a NUL character' : undefined;
  } catch (error) {
    return `metadata: ${error instanceof Error ? error.message : String(error)}`;
  }
}
