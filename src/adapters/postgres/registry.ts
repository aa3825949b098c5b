import type { IndexRow } from '../../domain/alias/index-row.js';
import type { Decision, SwitchDecision, SwitchFacts } from '../../domain/alias/switch.js';
import type { AliasName, IndexName, RegistryId } from '../../domain/ids.js';
import type { IndexVersion } from '../../domain/version/version.js';
import type { VersionKey } from '../../ports/ledger.js';
import type { AliasMove, AuditEntry, IndexConfigRow, NewVersion, Registry } from '../../ports/registry.js';
import type { VersionFacts } from '../registry-rules.js';
import type { Database } from './database.js';
import { readAudit, writeAudit } from './registry-audit.js';
import { findDecision, recordDecision } from './registry-decisions.js';
import { allIndexes, findConfig, findIndex, putIndex } from './registry-indexes.js';
import { aliasHistory, beginSwitch, clearOpenSwitch, commitOpenSwitch } from './registry-switches.js';
import { addWork, allVersions, createVersion, findVersion, moveVersion, noteVersion } from './registry-versions.js';

export class PostgresRegistry implements Registry {
  constructor(private readonly db: Database) {}

  async id(): Promise<RegistryId> {
    const [row] = await this.db.query<{ id: RegistryId }>('SELECT id FROM registry');
    if (row === undefined) throw new Error('The registry has lost its id');
    return row.id;
  }

  putIndex(row: IndexConfigRow & { readonly alias: AliasName; readonly actor: string }): Promise<void> {
    return putIndex(this.db, row);
  }

  indexConfig(index: IndexName): Promise<IndexConfigRow | undefined> {
    return findConfig(this.db, index);
  }

  index(index: IndexName): Promise<IndexRow | undefined> {
    return findIndex(this.db, index);
  }

  indexes(): Promise<readonly IndexRow[]> {
    return allIndexes(this.db);
  }

  createVersion(version: NewVersion): Promise<IndexVersion> {
    return createVersion(this.db, version);
  }

  version(key: VersionKey): Promise<IndexVersion | undefined> {
    return findVersion(this.db, key);
  }

  versions(index: IndexName): Promise<readonly IndexVersion[]> {
    return allVersions(this.db, index);
  }

  transition(key: VersionKey, move: Parameters<Registry['transition']>[1]): Promise<IndexVersion> {
    return moveVersion(this.db, key, move);
  }

  note(key: VersionKey, facts: VersionFacts): Promise<void> {
    return noteVersion(this.db, key, facts);
  }

  addWork(key: VersionKey, work: Parameters<Registry['addWork']>[1]): Promise<void> {
    return addWork(this.db, key, work);
  }

  beginSwitch(
    request: Parameters<Registry['beginSwitch']>[0],
    decide: (facts: SwitchFacts) => SwitchDecision,
  ): Promise<SwitchDecision> {
    return beginSwitch(this.db, request, decide);
  }

  commitSwitch(index: IndexName, epoch: number, actor: string): Promise<'done' | 'lost'> {
    return commitOpenSwitch(this.db, { index, epoch, actor });
  }

  clearSwitch(index: IndexName, epoch: number, reason: string): Promise<boolean> {
    return clearOpenSwitch(this.db, { index, epoch, reason });
  }

  recordDecision(decision: Decision): Promise<void> {
    return recordDecision(this.db, decision);
  }

  decision(key: VersionKey): Promise<Decision | undefined> {
    return findDecision(this.db, key);
  }

  history(index: IndexName): Promise<readonly AliasMove[]> {
    return aliasHistory(this.db, index);
  }

  audit(entry: Omit<AuditEntry, 'at'>): Promise<void> {
    return writeAudit(this.db, entry);
  }

  auditTrail(index: IndexName, limit: number): Promise<readonly AuditEntry[]> {
    return readAudit(this.db, index, limit);
  }

  async now(): Promise<string> {
    const [row] = await this.db.query<{ now: string }>('SELECT clock_timestamp() AS now');
    if (row === undefined) throw new Error('The database did not tell the time');
    return row.now;
  }
}
