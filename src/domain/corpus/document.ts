import type { ContentKey, DocId, Revision, Sha256 } from '../ids.js';
import type { JsonObject } from '../json.js';

/** A document as its source gave it, text extracted and well-formed. */
export interface SourceDocument {
  readonly id: DocId;
  readonly text: string;
  readonly title?: string;
  readonly uri?: string;
  readonly metadata: JsonObject;
}

/** What a scan found of one document, ready for the log. */
export interface DocumentChange {
  readonly id: DocId;
  readonly hint?: string;
  /** Covers every embedded field and the metadata. */
  readonly contentHash: Sha256;
  readonly title?: string;
  readonly uri?: string;
  readonly metadata: JsonObject;
  /** Absent when the document cannot be read: then `problem` says why. */
  readonly content?: { readonly key: ContentKey; readonly text: string };
  readonly problem?: string;
}

/** One row of the corpus log. */
export interface LogDocument {
  readonly id: DocId;
  readonly revision: Revision;
  readonly kind: 'present' | 'deleted';
  readonly hint?: string;
  readonly contentHash: Sha256;
  readonly contentKey?: ContentKey;
  readonly title?: string;
  readonly uri?: string;
  readonly metadata: JsonObject;
  /** Why the source's latest state cannot be indexed; catch-up quarantines it and keeps the last good chunks. */
  readonly problem?: string;
}

/** A half-open range of revisions, `from < revision ≤ to`. */
export interface Slice {
  readonly from: Revision;
  readonly to: Revision;
}
