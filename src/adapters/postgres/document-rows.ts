import type { DocumentChange, LogDocument } from '../../domain/corpus/document.js';
import { isWellFormed } from '../../domain/corpus/well-formed.js';
import type { ContentKey, DocId, Revision } from '../../domain/ids.js';
import { defined } from '../registry-rules.js';

/** What no query looks into; as JSON it keeps every character as it came. */
export type Attributes = Pick<LogDocument, 'hint' | 'title' | 'uri' | 'metadata' | 'problem'>;

export interface DocumentRow {
  readonly doc_id: DocId;
  readonly revision: Revision;
  readonly kind: LogDocument['kind'];
  readonly content_hash: string;
  readonly content_key: ContentKey | null;
  readonly attributes: Attributes;
}

export const DOCUMENT_COLUMNS = 'doc_id, revision, kind, content_hash, content_key, attributes';

export const toLogDocument = (row: DocumentRow): LogDocument =>
  defined({
    id: row.doc_id,
    revision: row.revision,
    kind: row.kind,
    contentHash: row.content_hash,
    contentKey: row.content_key ?? undefined,
    ...row.attributes,
  });

export function attributesOf({ hint, title, uri, metadata, problem }: DocumentChange): string {
  const attributes: Attributes = { hint, title, uri, metadata, problem };
  return JSON.stringify(attributes);
}

/** Ids that can have a row: others would be changed on their way into a query, and might name another document. */
export const storable = (ids: readonly DocId[]): readonly DocId[] =>
  ids.filter((id) => isWellFormed(id) && !id.includes('\0'));
