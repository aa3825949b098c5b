import { randomUUID } from 'node:crypto';
import type { IndexRow } from '../../domain/alias/index-row.js';
import type { Decision } from '../../domain/alias/switch.js';
import type { LogDocument, Slice } from '../../domain/corpus/document.js';
import { registryId, type ContentKey, type DocId, type IndexName, type Revision } from '../../domain/ids.js';
import type { IndexVersion } from '../../domain/version/version.js';
import type { ComparisonRecord } from '../../ports/comparison-store.js';
import type { LedgerEntry, VersionKey } from '../../ports/ledger.js';
import type { AliasMove, AuditEntry, IndexConfigRow } from '../../ports/registry.js';
import { unknownVersion } from '../registry-errors.js';

export interface DocumentRow {
  readonly document: LogDocument;
  readonly textBytes: number;
  readonly seenScan: number;
  readonly misses: number;
  /** Scan that last raised the misses: counting twice in one scan changes nothing. */
  readonly missedScan: number;
}

export interface Corpus {
  head: Revision;
  scan: number;
  freeze: { readonly owner: string; readonly untilMs: number } | undefined;
  readonly documents: Map<DocId, DocumentRow>;
  /** Every revision ever taken, ascending, with its document: where a range of the log begins. */
  readonly revisions: { readonly revision: Revision; readonly id: DocId }[];
}

export interface Lease extends Slice {
  readonly writer: number;
  readonly attempt: number;
  readonly untilMs: number;
  readonly state: 'held' | 'superseded' | 'released';
  /** Head of the log when the attempt began: what changed since may have been in its slice. */
  readonly headAtStart: Revision;
}

/** All that the memory adapters share. Methods change it synchronously, so each call is a transaction. */
export interface MemoryState {
  readonly id: ReturnType<typeof registryId>;
  /** The database's clock, milliseconds since the epoch. */
  now(): number;
  readonly corpora: Map<IndexName, Corpus>;
  readonly contents: Map<ContentKey, string>;
  readonly indexes: Map<IndexName, { readonly row: IndexRow; readonly config: IndexConfigRow }>;
  readonly versions: Map<string, IndexVersion>;
  readonly ledgers: Map<string, Map<DocId, LedgerEntry>>;
  readonly leases: Map<string, Map<string, Lease>>;
  readonly sweeps: Map<string, Set<DocId>>;
  readonly comparisons: Map<string, { readonly record: ComparisonRecord; readonly runs: Runs }>;
  readonly decisions: Map<string, Decision>;
  readonly history: AliasMove[];
  readonly audit: AuditEntry[];
}

export interface Runs {
  readonly live?: string;
  readonly candidate: string;
}

export const createState = (now: () => number): MemoryState => ({
  id: registryId(randomUUID()),
  now,
  corpora: new Map(),
  contents: new Map(),
  indexes: new Map(),
  versions: new Map(),
  ledgers: new Map(),
  leases: new Map(),
  sweeps: new Map(),
  comparisons: new Map(),
  decisions: new Map(),
  history: [],
  audit: [],
});

export const keyOf = ({ index, number }: VersionKey): string => `${index}/${number}`;

export const isoNow = (state: MemoryState): string => new Date(state.now()).toISOString();

/** @throws {LifecycleError} `NOT_FOUND` */
export function requireVersion(state: MemoryState, key: VersionKey): IndexVersion {
  const version = state.versions.get(keyOf(key));
  if (version === undefined) throw unknownVersion(key);
  return version;
}

/** The inner map or set of a key, made when first asked for. */
export function inner<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const found = map.get(key);
  if (found !== undefined) return found;
  const made = make();
  map.set(key, made);
  return made;
}

export const corpusOf = (state: MemoryState, index: IndexName): Corpus =>
  inner(state.corpora, index, () => ({ head: 0, scan: 0, freeze: undefined, documents: new Map(), revisions: [] }));

/** The freeze that holds now. */
export function activeFreeze(state: MemoryState, corpus: Corpus): Corpus['freeze'] {
  return corpus.freeze !== undefined && corpus.freeze.untilMs > state.now() ? corpus.freeze : undefined;
}

/** Rows with `from < revision ≤ to`, by revision. */
export function rowsIn({ revisions, documents }: Corpus, { from, to }: Slice): readonly DocumentRow[] {
  const rows: DocumentRow[] = [];
  for (let at = firstAbove(revisions, from); at < revisions.length; at += 1) {
    const { revision = 0, id } = revisions[at] ?? {};
    if (revision > to) break;
    const row = id === undefined ? undefined : documents.get(id);
    // A document that has moved to a later revision stands there.
    if (row?.document.revision === revision) rows.push(row);
  }
  return rows;
}

function firstAbove(revisions: Corpus['revisions'], from: Revision): number {
  let [low, high] = [0, revisions.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((revisions[middle]?.revision ?? 0) > from) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Give a document the next revision. */
export function putRow(corpus: Corpus, row: DocumentRow): void {
  const { id, revision } = row.document;
  corpus.head = revision;
  corpus.documents.set(id, row);
  corpus.revisions.push({ revision, id });
}
