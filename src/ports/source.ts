import type { SourceDocument } from '../domain/corpus/document.js';
import type { DocId } from '../domain/ids.js';

/** The document itself is at fault: it is quarantined with this reason and the scan goes on. */
export class DocumentProblem extends Error {
  constructor(readonly reason: string) {
    super(reason);
    this.name = 'DocumentProblem';
  }
}

export interface SourceEntry {
  readonly id: DocId;
  /** Equal hints mean an unchanged document, so that it need not be opened. */
  readonly hint?: string;
  /** Where it stands, for messages: a path, a line number. */
  readonly place: string;
  /** @throws {DocumentProblem} when the document cannot be indexed as it is. */
  open(): Promise<SourceDocument>;
}

/**
 * Everything one index is made of. Ids are stable between scans; a listing that cannot be completed
 * throws (`SOURCE_INVALID`), so that nothing is taken for deleted.
 */
export interface Source {
  readonly kind: string;
  list(options?: { readonly signal?: AbortSignal }): AsyncIterable<SourceEntry>;
  close(): Promise<void>;
}
