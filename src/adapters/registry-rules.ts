import type { Decision } from '../domain/alias/switch.js';
import type { IndexRow, OpenSwitch } from '../domain/alias/index-row.js';
import { isWellFormed } from '../domain/corpus/well-formed.js';
import type { DocumentChange } from '../domain/corpus/document.js';
import { collectionName, type DocId, type IndexName, type VersionNumber } from '../domain/ids.js';
import { transition } from '../domain/version/transitions.js';
import type { IndexVersion, VersionState } from '../domain/version/version.js';
import type { Ports } from '../ports/index.js';
import type { NewVersion, Registry } from '../ports/registry.js';
import {
  alreadyRunning,
  duplicateDocument,
  illegalTransition,
  switchNamesVersion,
  unstorableText,
} from './registry-errors.js';

/** The ports that one registry serves together. */
export type RegistryPorts = Omit<Ports, 'vectors' | 'toolbox' | 'judgements'>;

// What the registry's adapters must agree on beyond the domain; the contract suites hold each of them to it.

/** A version as it is born: planned, nothing applied, no work done. */
export function newbornVersion(version: NewVersion, number: VersionNumber, createdAt: string): IndexVersion {
  return {
    ...version,
    number,
    state: 'planned',
    collection: collectionName(`${version.index}_v${number}`),
    writer: 0,
    watermark: 0,
    totals: { documents: 0, chunks: 0, quarantined: 0, embedded: 0, cacheHits: 0, reused: 0, tokens: 0 },
    createdAt,
  };
}

/**
 * The index's present candidate when it is the very one that is asked for and nothing has happened to it yet: the
 * creating call was repeated because its answer got lost.
 *
 * @throws {LifecycleError} `ALREADY_RUNNING` for any other candidate.
 */
export function repeatedCreation(candidate: IndexVersion, asked: NewVersion): IndexVersion {
  const same =
    candidate.state === 'planned' &&
    candidate.digest === asked.digest &&
    candidate.fingerprints.version === asked.fingerprints.version &&
    candidate.startedBy === asked.startedBy;
  if (same) return candidate;
  throw alreadyRunning(candidate);
}

export interface StateMove {
  readonly from: readonly VersionState[];
  readonly to: VersionState;
}

/**
 * Check a step that is asked for outside a flip, and say what becomes of the index row; undefined when the version is
 * there already. Live and previous are reached by a flip only.
 *
 * @throws {LifecycleError} `ILLEGAL_TRANSITION`, `ALREADY_RUNNING`
 */
export function stepOutsideFlip(row: IndexRow, version: IndexVersion, move: StateMove): IndexRow | undefined {
  const { number, state } = version;
  if (state === move.to) return undefined;
  if (!move.from.includes(state) || move.to === 'live' || move.to === 'previous') {
    throw illegalTransition(version, move.to);
  }
  if (row.switch?.to === number || row.switch?.from === number) throw switchNamesVersion(version);
  transition(state, move.to);
  if (state === 'failed' && move.to === 'building') return becomeCandidate(row, version);
  return ['failed', 'cancelled', 'rejected', 'retired'].includes(move.to) ? withoutVersion(row, number) : row;
}

/** The row without a version that is neither candidate nor previous any more. */
function withoutVersion(row: IndexRow, number: VersionNumber): IndexRow {
  const { candidate, previous, ...rest } = row;
  return {
    ...rest,
    ...(candidate === undefined || candidate === number ? {} : { candidate }),
    ...(previous === undefined || previous === number ? {} : { previous }),
  };
}

function becomeCandidate(row: IndexRow, version: IndexVersion): IndexRow {
  if (row.candidate !== undefined && row.candidate !== version.number) {
    throw alreadyRunning({ index: row.index, number: row.candidate });
  }
  return { ...row, candidate: version.number };
}

/** States that a committed flip gives: the old previous version has no window any more, so it may be deleted. */
export function statesAfterFlip(row: IndexRow, open: OpenSwitch): ReadonlyMap<VersionNumber, VersionState> {
  const states = new Map<VersionNumber, VersionState>();
  if (row.previous !== undefined) states.set(row.previous, 'retired');
  if (open.from !== undefined) states.set(open.from, 'previous');
  return states.set(open.to, 'live');
}

/** Whether a stored decision still stands in the way of another: unexpired, and given for the same thing. */
export function stillBinds(stored: Decision, next: Decision, now: string): boolean {
  return (
    Date.parse(stored.expiresAt) > Date.parse(now) &&
    stored.versionDigest === next.versionDigest &&
    stored.reportDigest === next.reportDigest &&
    stored.liveEpoch === next.liveEpoch
  );
}

/**
 * Refuse what a store would change in silence (half a surrogate pair, NUL in an id) or could not order (one id twice).
 *
 * @throws {LifecycleError} `SOURCE_INVALID`, `DUPLICATE_DOCUMENT_ID`
 */
export function requireStorable(
  index: IndexName,
  batch: { readonly changes: readonly DocumentChange[]; readonly unchanged: readonly DocId[] },
): void {
  const seen = new Set<DocId>();
  for (const id of [...batch.changes.map((change) => change.id), ...batch.unchanged]) {
    if (!isWellFormed(id) || id.includes('\0')) throw unstorableText(index, id, 'its id');
    if (seen.has(id)) throw duplicateDocument(index, id);
    seen.add(id);
  }
  for (const { id, content } of batch.changes) {
    if (content && !isWellFormed(content.text)) throw unstorableText(index, id, 'its text');
  }
}

/** Document ids in the one order every store agrees on: by code point, as UTF-8 bytes sort. */
export function byDocId(a: DocId, b: DocId): number {
  const shorter = Math.min(a.length, b.length);
  let at = 0;
  while (at < shorter && a.charCodeAt(at) === b.charCodeAt(at)) at += 1;
  return at === shorter ? a.length - b.length : placeOf(a.charCodeAt(at)) - placeOf(b.charCodeAt(at));
}

/** Halves of surrogate pairs spell the highest code points, but are not the highest code units. */
function placeOf(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}

type Present<T> = { [K in keyof T]: T[K] };

/** Leave members out that are undefined, so that a row read back equals the row written. */
export function defined<T extends object>(row: T): Present<T> {
  return Object.fromEntries(Object.entries(row).filter(([, value]) => value !== undefined)) as Present<T>;
}

/** Facts that grow with a version. */
export type VersionFacts = Parameters<Registry['note']>[1];
