import { contentKey, type ContentKey, type Sha256 } from '../ids.js';
import { canonicalJson } from '../version/canonical-json.js';
import { sha256Hex, sha256OfFields } from '../version/sha256.js';
import type { SourceDocument } from './document.js';

/** Raised when the same bytes would give another text. */
const LOADER_REVISION = 1;

/** Changes whenever an embedded field, the address or the metadata of a document does. */
export function contentHash(document: SourceDocument): Sha256 {
  return sha256OfFields([
    'document',
    document.title ?? '',
    document.uri ?? '',
    canonicalJson(document.metadata),
    document.text,
  ]);
}

/** Content hash of a document that cannot be indexed: the same fault again is no change. */
export function problemHash(reason: string): Sha256 {
  return sha256OfFields(['problem', reason]);
}

/** Key of a text in the content store: its hash and the revision of the loader that extracted it. */
export function contentKeyOf(text: string): ContentKey {
  return contentKey(`${sha256Hex(text)}-l${LOADER_REVISION}`);
}
