import type { DocumentChange, LogDocument, Slice } from '../../domain/corpus/document.js';
import type { ContentKey, DocId, IndexName, Revision } from '../../domain/ids.js';
import type { ContentStore, CorpusLog, CorpusState, ScanHandle } from '../../ports/corpus-log.js';
import { logFrozen, supersededScan } from '../registry-errors.js';
import { byDocId, defined, requireStorable } from '../registry-rules.js';
import { activeFreeze, corpusOf, putRow, rowsIn, type Corpus, type DocumentRow, type MemoryState } from './state.js';

type SliceBounds = Parameters<CorpusLog['planSlices']>[2];
type Batch = Parameters<CorpusLog['record']>[1];

export class MemoryContentStore implements ContentStore {
  constructor(private readonly shared: MemoryState) {}

  async texts(keys: readonly ContentKey[]): Promise<ReadonlyMap<ContentKey, string>> {
    const { contents } = this.shared;
    return new Map(keys.flatMap((key) => (contents.has(key) ? [[key, contents.get(key) ?? ''] as const] : [])));
  }
}

export class MemoryCorpusLog implements CorpusLog {
  constructor(private readonly shared: MemoryState) {}

  async state(index: IndexName): Promise<CorpusState> {
    const corpus = corpusOf(this.shared, index);
    const freeze = activeFreeze(this.shared, corpus);
    return {
      index,
      head: corpus.head,
      documents: [...corpus.documents.values()].filter(({ document }) => document.kind === 'present').length,
      ...(freeze === undefined
        ? {}
        : { freeze: { owner: freeze.owner, until: new Date(freeze.untilMs).toISOString() } }),
    };
  }

  async openScan(index: IndexName): Promise<ScanHandle> {
    const corpus = corpusOf(this.shared, index);
    corpus.scan += 1;
    return { index, scan: corpus.scan, head: corpus.head };
  }

  async lookUp(
    scan: ScanHandle,
    ids: readonly DocId[],
  ): Promise<ReadonlyMap<DocId, LogDocument & { readonly seenByThisScan: boolean }>> {
    const { documents } = corpusOf(this.shared, scan.index);
    return new Map(
      ids.flatMap((id) => {
        const row = documents.get(id);
        return row ? [[id, { ...row.document, seenByThisScan: row.seenScan === scan.scan }] as const] : [];
      }),
    );
  }

  async record(scan: ScanHandle, batch: Batch): Promise<{ readonly head: Revision }> {
    requireStorable(scan.index, batch);
    const corpus = this.corpusOfScan(scan);
    if (batch.changes.length > 0) this.refuseFrozen(scan.index, corpus);
    for (const change of batch.changes) {
      if (change.content) this.shared.contents.set(change.content.key, change.content.text);
      putRow(corpus, presentRow(change, corpus.head + 1, scan.scan));
    }
    for (const id of batch.unchanged) {
      const row = corpus.documents.get(id);
      if (!row) continue;
      const hint = batch.hints?.get(id) ?? row.document.hint;
      const document = defined({ ...row.document, hint });
      corpus.documents.set(id, { ...row, document, seenScan: scan.scan, misses: 0 });
    }
    return { head: corpus.head };
  }

  async countMissing(scan: ScanHandle, deleteAfterMisses: number): Promise<{ missing: number; due: number }> {
    const { documents } = this.corpusOfScan(scan);
    for (const [id, row] of documents) {
      if (!isMissing(row, scan) || row.missedScan >= scan.scan) continue;
      documents.set(id, { ...row, misses: row.misses + 1, missedScan: scan.scan });
    }
    const missing = [...documents.values()].filter((row) => isMissing(row, scan));
    return { missing: missing.length, due: missing.filter((row) => row.misses >= deleteAfterMisses).length };
  }

  async deleteDue(scan: ScanHandle, deleteAfterMisses: number): Promise<{ deleted: number; head: Revision }> {
    const corpus = this.corpusOfScan(scan);
    const due = [...corpus.documents.values()]
      .filter((row) => isMissing(row, scan) && row.missedScan === scan.scan && row.misses >= deleteAfterMisses)
      .map(({ document }) => document)
      .sort((a, b) => byDocId(a.id, b.id));
    if (due.length > 0) this.refuseFrozen(scan.index, corpus);
    for (const { id, contentHash } of due) {
      const document: LogDocument = { id, revision: corpus.head + 1, kind: 'deleted', contentHash, metadata: {} };
      putRow(corpus, { document, textBytes: 0, seenScan: 0, misses: 0, missedScan: 0 });
    }
    return { deleted: due.length, head: corpus.head };
  }

  async planSlices(index: IndexName, range: Slice, bounds: SliceBounds): Promise<readonly Slice[]> {
    const slices: Slice[] = [];
    const rows = rowsIn(corpusOf(this.shared, index), range);
    let [from, next] = [range.from, 0];
    while (next < rows.length && slices.length < bounds.limit) {
      next = endOfSlice(rows, next, bounds);
      const to = next === rows.length ? range.to : (rows[next - 1]?.document.revision ?? range.to);
      slices.push({ from, to });
      from = to;
    }
    return rows.length === 0 && range.from < range.to ? [range] : slices;
  }

  async *read(index: IndexName, slice: Slice, pageDocuments: number): AsyncIterable<readonly LogDocument[]> {
    let after = slice.from;
    for (;;) {
      const rows = rowsIn(corpusOf(this.shared, index), { from: after, to: slice.to }).slice(0, pageDocuments);
      const last = rows.at(-1);
      if (last === undefined) return;
      yield rows.map(({ document }) => document);
      after = last.document.revision;
    }
  }

  async documents(index: IndexName, ids: readonly DocId[]): Promise<readonly LogDocument[]> {
    const { documents } = corpusOf(this.shared, index);
    return [...new Set(ids)].flatMap((id) => documents.get(id)?.document ?? []);
  }

  async measure(
    index: IndexName,
    range: Slice,
  ): Promise<{ readonly documents: number; readonly deleted: number; readonly textBytes: number }> {
    const rows = rowsIn(corpusOf(this.shared, index), range);
    const deleted = rows.filter(({ document }) => document.kind === 'deleted').length;
    return {
      documents: rows.length - deleted,
      deleted,
      textBytes: rows.reduce((sum, { textBytes }) => sum + textBytes, 0),
    };
  }

  async freeze(
    index: IndexName,
    freeze: { readonly owner: string; readonly forMs: number; readonly replaces: boolean },
  ): Promise<Revision | undefined> {
    const corpus = corpusOf(this.shared, index);
    const held = activeFreeze(this.shared, corpus);
    if (held !== undefined && held.owner !== freeze.owner && !freeze.replaces) return undefined;
    corpus.freeze = { owner: freeze.owner, untilMs: this.shared.now() + freeze.forMs };
    return corpus.head;
  }

  async release(index: IndexName, owner: string): Promise<void> {
    const corpus = corpusOf(this.shared, index);
    if (corpus.freeze?.owner === owner) corpus.freeze = undefined;
  }

  private corpusOfScan(scan: ScanHandle): Corpus {
    const corpus = corpusOf(this.shared, scan.index);
    if (corpus.scan !== scan.scan) throw supersededScan(scan);
    return corpus;
  }

  private refuseFrozen(index: IndexName, corpus: Corpus): void {
    const freeze = activeFreeze(this.shared, corpus);
    if (freeze !== undefined) throw logFrozen(index, freeze.owner);
  }
}

function presentRow(change: DocumentChange, revision: Revision, scan: number): DocumentRow {
  const { content, ...rest } = change;
  return {
    document: defined({ ...rest, revision, kind: 'present' as const, contentKey: content?.key }),
    textBytes: content === undefined ? 0 : Buffer.byteLength(content.text),
    seenScan: scan,
    misses: 0,
    missedScan: 0,
  };
}

/** Present, not seen by this scan, and last changed before it began. */
const isMissing = ({ document, seenScan }: DocumentRow, scan: ScanHandle): boolean =>
  document.kind === 'present' && seenScan < scan.scan && document.revision <= scan.head;

/** Index after the last row of the slice that begins at `start`: it closes when either bound is reached. */
function endOfSlice(rows: readonly DocumentRow[], start: number, bounds: SliceBounds): number {
  let [end, bytes] = [start, 0];
  while (end < rows.length && end - start < bounds.maxDocuments && bytes < bounds.maxTextBytes) {
    bytes += rows[end]?.textBytes ?? 0;
    end += 1;
  }
  return end;
}
