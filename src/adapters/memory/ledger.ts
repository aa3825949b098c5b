import type { DocId, Revision } from '../../domain/ids.js';
import type { Ledger, LedgerEntry, LogDisagreement, VersionKey } from '../../ports/ledger.js';
import { byDocId, defined } from '../registry-rules.js';
import { corpusOf, inner, keyOf, requireVersion, rowsIn, type MemoryState } from './state.js';

export class MemoryLedger implements Ledger {
  constructor(private readonly state: MemoryState) {}

  async entries(version: VersionKey, ids: readonly DocId[]): Promise<ReadonlyMap<DocId, LedgerEntry>> {
    const ledger = this.of(version);
    return new Map(
      ids.flatMap((id) => {
        const entry = ledger.get(id);
        return entry ? [[id, entry] as const] : [];
      }),
    );
  }

  async write(version: VersionKey, entries: readonly LedgerEntry[]): Promise<void> {
    requireVersion(this.state, version);
    const ledger = this.of(version);
    for (const entry of entries) {
      const stored = ledger.get(entry.docId);
      if (stored === undefined || stored.revision <= entry.revision) ledger.set(entry.docId, defined(entry));
    }
  }

  async *pages(version: VersionKey, pageEntries: number): AsyncIterable<readonly LedgerEntry[]> {
    const ids = [...this.of(version).keys()].sort(byDocId);
    for (let at = 0; at < ids.length; at += pageEntries) {
      yield [...(await this.entries(version, ids.slice(at, at + pageEntries))).values()];
    }
  }

  async disagreements(version: VersionKey, watermark: Revision, limit: number): Promise<readonly LogDisagreement[]> {
    const ledger = this.of(version);
    return rowsIn(corpusOf(this.state, version.index), { from: 0, to: watermark })
      .map(({ document: { id, revision } }) =>
        defined({ docId: id, logRevision: revision, ledgerRevision: ledger.get(id)?.revision }),
      )
      .filter(({ logRevision, ledgerRevision }) => ledgerRevision === undefined || ledgerRevision < logRevision)
      .sort((a, b) => byDocId(a.docId, b.docId))
      .slice(0, limit);
  }

  async totals(
    version: VersionKey,
  ): Promise<{ readonly documents: number; readonly chunks: number; readonly quarantined: number }> {
    return ledgerTotals(this.state, version);
  }

  async quarantined(version: VersionKey, limit: number): Promise<readonly LedgerEntry[]> {
    return this.sorted(version)
      .filter(({ quarantine }) => quarantine !== undefined)
      .slice(0, limit);
  }

  private of(version: VersionKey): Map<DocId, LedgerEntry> {
    return inner(this.state.ledgers, keyOf(version), () => new Map<DocId, LedgerEntry>());
  }

  private sorted(version: VersionKey): readonly LedgerEntry[] {
    return [...this.of(version).values()].sort((a, b) => byDocId(a.docId, b.docId));
  }
}

/** Documents are those that have points. */
export function ledgerTotals(
  state: MemoryState,
  version: VersionKey,
): { readonly documents: number; readonly chunks: number; readonly quarantined: number } {
  const entries = [...(state.ledgers.get(keyOf(version))?.values() ?? [])];
  return {
    documents: entries.filter(({ appliedRevision }) => appliedRevision !== undefined).length,
    chunks: entries.reduce((sum, { chunkCount }) => sum + chunkCount, 0),
    quarantined: entries.filter(({ quarantine }) => quarantine !== undefined).length,
  };
}
