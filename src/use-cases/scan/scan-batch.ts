import { documentFault } from '../../domain/corpus/check-document.js';
import { contentHash, contentKeyOf, problemHash } from '../../domain/corpus/content-hash.js';
import type { DocumentChange, LogDocument } from '../../domain/corpus/document.js';
import type { DocId } from '../../domain/ids.js';
import { breathe } from '../../pace.js';
import { DocumentProblem, type SourceEntry } from '../../ports/source.js';

/** scanned = added + changed + unchanged; documents with problems are among them. */
export interface Findings {
  readonly scanned: number;
  readonly added: number;
  readonly changed: number;
  readonly unchanged: number;
  readonly problems: number;
}

export interface Found {
  readonly changes: readonly DocumentChange[];
  readonly unchanged: readonly DocId[];
  /** Of unchanged documents whose hint is another than before. */
  readonly hints: ReadonlyMap<DocId, string>;
}

/** Text held before it is written, and documents opened at once: what bounds a scan's memory. */
const FLUSH_BYTES = 4_000_000;
const OPEN_AT_ONCE = 8;

/** A few hundred entries of a listing held against their rows in the log. */
export class ScanBatch {
  private changes: DocumentChange[] = [];
  private unchanged: DocId[] = [];
  private hints = new Map<DocId, string>();
  private heldBytes = 0;
  private readonly count = { scanned: 0, added: 0, changed: 0, unchanged: 0, problems: 0 };

  /**
   * @param known   Rows of the entries' ids, as far as the log has them.
   * @param record  Writes what was found; called at least once per 4 MB of text.
   */
  constructor(
    private readonly known: ReadonlyMap<DocId, LogDocument>,
    private readonly maxDocumentBytes: number,
    private readonly record: (found: Found) => Promise<void>,
  ) {}

  async run(entries: readonly SourceEntry[], signal?: AbortSignal): Promise<Findings> {
    for (let at = 0; at < entries.length; at += OPEN_AT_ONCE) {
      signal?.throwIfAborted();
      const window = entries.slice(at, at + OPEN_AT_ONCE);
      const found = await Promise.all(window.map((entry) => this.look(entry)));
      for (const [index, change] of found.entries()) this.note(window[index], change);
      await breathe();
      if (this.heldBytes >= FLUSH_BYTES) await this.flush();
    }
    await this.flush();
    return this.count;
  }

  /** @returns the document as it is now, or undefined when its hint says that it is unchanged */
  private async look(entry: SourceEntry): Promise<DocumentChange | undefined> {
    const row = this.present(entry.id);
    if (row && entry.hint !== undefined && entry.hint === row.hint) return undefined;
    return changeOf(entry, this.maxDocumentBytes);
  }

  private note(entry: SourceEntry | undefined, change: DocumentChange | undefined): void {
    if (entry === undefined) return;
    const row = this.present(entry.id);
    this.count.scanned += 1;
    if ((change ?? row)?.problem !== undefined) this.count.problems += 1;
    if (row && (change === undefined || change.contentHash === row.contentHash)) {
      this.count.unchanged += 1;
      this.unchanged.push(entry.id);
      if (change?.hint !== undefined && change.hint !== row.hint) this.hints.set(entry.id, change.hint);
    } else if (change) {
      this.count[row ? 'changed' : 'added'] += 1;
      this.changes.push(change);
      this.heldBytes += change.content?.text.length ?? 0;
    }
  }

  private present(id: DocId): LogDocument | undefined {
    const row = this.known.get(id);
    return row?.kind === 'present' ? row : undefined;
  }

  private async flush(): Promise<void> {
    if (this.changes.length + this.unchanged.length === 0) return;
    await this.record({ changes: this.changes, unchanged: this.unchanged, hints: this.hints });
    this.changes = [];
    this.unchanged = [];
    this.hints = new Map();
    this.heldBytes = 0;
  }
}

/** Open a document and say what the log should hold of it. */
async function changeOf(entry: SourceEntry, maxDocumentBytes: number): Promise<DocumentChange> {
  const hint = entry.hint === undefined ? {} : { hint: entry.hint };
  try {
    const document = await entry.open();
    const fault = documentFault(document, maxDocumentBytes);
    if (fault !== undefined) throw new DocumentProblem(fault);
    const { id, text, title, uri, metadata } = document;
    const content = { key: contentKeyOf(text), text };
    return { id, ...hint, contentHash: contentHash(document), title, uri, metadata, content };
  } catch (error) {
    if (!(error instanceof DocumentProblem)) throw error;
    return { id: entry.id, ...hint, contentHash: problemHash(error.reason), metadata: {}, problem: error.reason };
  }
}
