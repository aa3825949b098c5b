import type { IndexRow } from '../domain/alias/index-row.js';
import type { Decision, SwitchDecision, SwitchFacts } from '../domain/alias/switch.js';
import type { AliasName, IndexName, RegistryId, Revision, Sha256, VersionNumber } from '../domain/ids.js';
import type { JsonObject } from '../domain/json.js';
import type { CatchUpStop, IndexVersion, VersionState, VersionTotals } from '../domain/version/version.js';
import type { VersionKey } from './ledger.js';

export interface IndexConfigRow {
  readonly index: IndexName;
  readonly config: JsonObject;
  readonly configHash: Sha256;
}

/** What is known of a version before it has a number. */
export type NewVersion = Pick<
  IndexVersion,
  | 'index'
  | 'identity'
  | 'fingerprints'
  | 'probes'
  | 'config'
  | 'policy'
  | 'digest'
  | 'store'
  | 'startedBy'
  | 'vectorName'
>;

export interface AliasMove {
  readonly index: IndexName;
  readonly alias: AliasName;
  readonly from?: VersionNumber;
  readonly to: VersionNumber;
  readonly epoch: number;
  readonly kind: 'promotion' | 'rollback';
  readonly by: string;
  readonly at: string;
}

export type { Decision, SwitchDecision, SwitchFacts };

export interface AuditEntry {
  readonly at: string;
  readonly index: string;
  readonly actor: string;
  readonly action: string;
  readonly detail: JsonObject;
}

/** Versions, their states and the fenced flip. Every mutation writes its audit entry in the same transaction. */
export interface Registry {
  id(): Promise<RegistryId>;

  /** Create or update the row of an index; its alias cannot change while a version is live. */
  putIndex(row: IndexConfigRow & { readonly alias: AliasName; readonly actor: string }): Promise<void>;
  indexConfig(index: IndexName): Promise<IndexConfigRow | undefined>;
  index(index: IndexName): Promise<IndexRow | undefined>;
  indexes(): Promise<readonly IndexRow[]>;

  /** Number it, name its collection `<index>_v<number>` and make it the candidate; refused (`ALREADY_RUNNING`) when there is one. */
  createVersion(version: NewVersion): Promise<IndexVersion>;
  version(key: VersionKey): Promise<IndexVersion | undefined>;
  versions(index: IndexName): Promise<readonly IndexVersion[]>;
  /**
   * Compare-and-set on the state. Leaving the candidate states (`failed, cancelled, rejected, retired`)
   * clears `candidate` on the index row; `failed → building` sets it again.
   * @throws LifecycleError `ILLEGAL_TRANSITION`
   */
  transition(
    key: VersionKey,
    move: {
      readonly from: readonly VersionState[];
      readonly to: VersionState;
      readonly actor: string;
      readonly reason?: string;
    },
  ): Promise<IndexVersion>;
  /** Facts a version gathers on its way; each only written when given. */
  note(
    key: VersionKey,
    facts: {
      readonly verifiedWatermark?: Revision;
      readonly comparedWatermark?: Revision;
      readonly comparisonId?: string;
      readonly stopped?: CatchUpStop | null;
    },
  ): Promise<void>;
  /** Add to the totals of work (embedded, cacheHits, reused, tokens). */
  addWork(
    key: VersionKey,
    work: Partial<Pick<VersionTotals, 'embedded' | 'cacheHits' | 'reused' | 'tokens'>>,
  ): Promise<void>;

  /**
   * Step 1 of a flip, one transaction: read {@link SwitchFacts} under the locks, let the domain decide,
   * write the switch and the audited intent. Whatever `decide` throws rolls back.
   */
  beginSwitch(
    request: {
      readonly index: IndexName;
      readonly to: VersionNumber;
      readonly by: string;
      readonly kind: 'promotion' | 'rollback';
      readonly actor: string;
    },
    decide: (facts: SwitchFacts) => SwitchDecision,
  ): Promise<SwitchDecision>;
  /**
   * Step 4, compare-and-set on `switch.epoch`: live and previous change places or move up, the freeze is released,
   * alias history and audit are written. @returns 'done' also when it already is so, 'lost' when the switch was cleared
   */
  commitSwitch(index: IndexName, epoch: number, actor: string): Promise<'done' | 'lost'>;
  /** Clear the switch and raise the epoch, if it is still this one. */
  clearSwitch(index: IndexName, epoch: number, reason: string): Promise<boolean>;

  /** `pending` → stored; a decision on the same version replaces an expired one only. */
  recordDecision(decision: Decision): Promise<void>;
  decision(key: VersionKey): Promise<Decision | undefined>;

  history(index: IndexName): Promise<readonly AliasMove[]>;
  audit(entry: Omit<AuditEntry, 'at'>): Promise<void>;
  auditTrail(index: IndexName, limit: number): Promise<readonly AuditEntry[]>;
  /** Database time, ISO 8601. */
  now(): Promise<string>;
}
