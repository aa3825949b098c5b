import { clearSwitch, commitSwitch, openSwitch } from '../../domain/alias/settle-switch.js';
import type { IndexRow } from '../../domain/alias/index-row.js';
import type { Decision, SwitchDecision, SwitchFacts } from '../../domain/alias/switch.js';
import type { AliasName, IndexName, RegistryId, VersionNumber } from '../../domain/ids.js';
import type { JsonObject } from '../../domain/json.js';
import { transition } from '../../domain/version/transitions.js';
import type { IndexVersion, VersionTotals } from '../../domain/version/version.js';
import type { VersionKey } from '../../ports/ledger.js';
import type { AliasMove, AuditEntry, IndexConfigRow, NewVersion, Registry } from '../../ports/registry.js';
import { aliasFixed, aliasTaken, decisionStands, unknownIndex } from '../registry-errors.js';
import {
  defined,
  newbornVersion,
  repeatedCreation,
  statesAfterFlip,
  stepOutsideFlip,
  stillBinds,
  type VersionFacts,
} from '../registry-rules.js';
import { ledgerTotals } from './ledger.js';
import { activeFreeze, corpusOf, isoNow, keyOf, requireVersion, type MemoryState } from './state.js';

type SwitchRequest = Parameters<Registry['beginSwitch']>[0];

export class MemoryRegistry implements Registry {
  constructor(private readonly state: MemoryState) {}

  async id(): Promise<RegistryId> {
    return this.state.id;
  }

  async putIndex(put: IndexConfigRow & { readonly alias: AliasName; readonly actor: string }): Promise<void> {
    const { alias, actor, ...config } = put;
    const { index } = config;
    const stored = this.state.indexes.get(index);
    const others = [...this.state.indexes.values()].filter(({ row }) => row.index !== index);
    if (others.some(({ row }) => row.alias === alias)) throw aliasTaken(index, alias);
    if (stored && stored.row.alias !== alias && isInUse(stored.row)) throw aliasFixed(index, stored.row.alias);
    if (stored?.row.alias === alias && stored.config.configHash === config.configHash) return;
    const row = { ...(stored?.row ?? { index, liveEpoch: 0, epoch: 0 }), alias };
    this.state.indexes.set(index, { row, config });
    this.write(index, actor, { action: 'index configured', detail: { alias, configHash: config.configHash } });
  }

  async indexConfig(index: IndexName): Promise<IndexConfigRow | undefined> {
    return this.state.indexes.get(index)?.config;
  }

  async index(index: IndexName): Promise<IndexRow | undefined> {
    return this.state.indexes.get(index)?.row;
  }

  async indexes(): Promise<readonly IndexRow[]> {
    return [...this.state.indexes.values()].map(({ row }) => row).sort((a, b) => (a.index < b.index ? -1 : 1));
  }

  async createVersion(asked: NewVersion): Promise<IndexVersion> {
    const row = this.requireRow(asked.index);
    if (row.candidate !== undefined) {
      return repeatedCreation(requireVersion(this.state, { index: asked.index, number: row.candidate }), asked);
    }
    const number = 1 + this.numbersOf(asked.index).length;
    const version = newbornVersion(asked, number, isoNow(this.state));
    this.state.versions.set(keyOf(version), version);
    this.setRow({ ...row, candidate: number });
    this.write(asked.index, asked.startedBy, {
      action: 'version created',
      detail: { version: number, digest: version.digest },
    });
    return version;
  }

  async version(key: VersionKey): Promise<IndexVersion | undefined> {
    const version = this.state.versions.get(keyOf(key));
    return version && this.withTotals(version);
  }

  async versions(index: IndexName): Promise<readonly IndexVersion[]> {
    return this.numbersOf(index).map((number) => this.withTotals(requireVersion(this.state, { index, number })));
  }

  async transition(key: VersionKey, move: Parameters<Registry['transition']>[1]): Promise<IndexVersion> {
    const version = requireVersion(this.state, key);
    const row = stepOutsideFlip(this.requireRow(key.index), version, move);
    if (row === undefined) return this.withTotals(version);
    this.setRow(row);
    const moved = { ...version, state: move.to };
    this.state.versions.set(keyOf(key), moved);
    this.write(key.index, move.actor, {
      action: `version ${move.to}`,
      detail: {
        version: key.number,
        from: version.state,
        reason: move.reason ?? null,
      },
    });
    return this.withTotals(moved);
  }

  async note(key: VersionKey, facts: VersionFacts): Promise<void> {
    const { stopped: earlier, ...version } = requireVersion(this.state, key);
    const stopped = facts.stopped === undefined ? earlier : (facts.stopped ?? undefined);
    this.state.versions.set(
      keyOf(key),
      defined({
        ...version,
        stopped,
        verifiedWatermark: highest(version.verifiedWatermark, facts.verifiedWatermark),
        comparedWatermark: highest(version.comparedWatermark, facts.comparedWatermark),
        comparisonId: facts.comparisonId ?? version.comparisonId,
      }),
    );
    this.write(key.index, 'system', {
      action: 'version noted',
      detail: { version: key.number, ...(defined(facts) as unknown as JsonObject) },
    });
  }

  async addWork(key: VersionKey, work: Parameters<Registry['addWork']>[1]): Promise<void> {
    const version = requireVersion(this.state, key);
    const { totals } = version;
    const sums: VersionTotals = {
      ...totals,
      embedded: totals.embedded + (work.embedded ?? 0),
      cacheHits: totals.cacheHits + (work.cacheHits ?? 0),
      reused: totals.reused + (work.reused ?? 0),
      tokens: totals.tokens + (work.tokens ?? 0),
    };
    this.state.versions.set(keyOf(key), { ...version, totals: sums });
  }

  async beginSwitch(request: SwitchRequest, decide: (facts: SwitchFacts) => SwitchDecision): Promise<SwitchDecision> {
    const row = this.requireRow(request.index);
    const decision = decide(this.switchFacts(row, request.to));
    if (decision.kind !== 'open') return decision;
    this.setRow(openSwitch(row, decision.open));
    const { from = null, to, epoch, by, kind } = decision.open;
    this.write(row.index, request.actor, { action: 'switch opened', detail: { from, to, epoch, by, kind } });
    return decision;
  }

  async commitSwitch(index: IndexName, epoch: number, actor: string): Promise<'done' | 'lost'> {
    const row = this.requireRow(index);
    const settled = commitSwitch(row, epoch);
    if (settled.kind !== 'commit' || row.switch === undefined) return settled.kind === 'lost' ? 'lost' : 'done';
    const { from, to, kind, by } = row.switch;
    const moved = [...statesAfterFlip(row, row.switch)].map(([number, state]) => {
      const version = requireVersion(this.state, { index, number });
      return { ...version, state: transition(version.state, state) };
    });
    for (const version of moved) this.state.versions.set(keyOf(version), version);
    this.setRow(settled.row);
    corpusOf(this.state, index).freeze = undefined;
    this.state.history.push(
      defined({ index, alias: row.alias, from, to, epoch, kind, by: actor, at: isoNow(this.state) }),
    );
    this.write(index, actor, { action: 'switch committed', detail: { from: from ?? null, to, epoch, by, kind } });
    return 'done';
  }

  async clearSwitch(index: IndexName, epoch: number, reason: string): Promise<boolean> {
    const cleared = clearSwitch(this.requireRow(index), epoch);
    if (cleared === undefined) return false;
    this.setRow(cleared);
    this.write(index, 'system', { action: 'switch cleared', detail: { epoch, reason } });
    return true;
  }

  async recordDecision(decision: Decision): Promise<void> {
    const key = { index: decision.index, number: decision.version };
    requireVersion(this.state, key);
    const stored = this.state.decisions.get(keyOf(key));
    if (stored?.id === decision.id) return;
    if (stored && stillBinds(stored, decision, isoNow(this.state))) throw decisionStands(key, stored.answer);
    this.state.decisions.set(keyOf(key), decision);
    this.write(decision.index, decision.by, { action: `decision ${decision.answer}`, detail: { ...decision } });
  }

  async decision(key: VersionKey): Promise<Decision | undefined> {
    return this.state.decisions.get(keyOf(key));
  }

  async history(index: IndexName): Promise<readonly AliasMove[]> {
    return this.state.history.filter((move) => move.index === index);
  }

  async audit(entry: Omit<AuditEntry, 'at'>): Promise<void> {
    this.state.audit.push({ ...entry, at: isoNow(this.state) });
  }

  async auditTrail(index: IndexName, limit: number): Promise<readonly AuditEntry[]> {
    const all = this.state.audit.filter((entry) => entry.index === index);
    return all.reverse().slice(0, limit);
  }

  async now(): Promise<string> {
    return isoNow(this.state);
  }

  private switchFacts(row: IndexRow, number: VersionNumber): SwitchFacts {
    const { index } = row;
    const corpus = corpusOf(this.state, index);
    const to = this.withTotals(requireVersion(this.state, { index, number }));
    const from = row.live === undefined ? undefined : this.state.versions.get(keyOf({ index, number: row.live }));
    const rows = [...corpus.documents.values()].map(({ document }) => document);
    return defined({
      row,
      head: corpus.head,
      freezeOwner: activeFreeze(this.state, corpus)?.owner,
      from: from && this.withTotals(from),
      to,
      decision: this.state.decisions.get(keyOf(to)),
      now: isoNow(this.state),
      changedSinceCompared: rows.filter(({ revision }) => revision > (to.comparedWatermark ?? 0)).length,
      documents: rows.filter(({ kind }) => kind === 'present').length,
    });
  }

  private withTotals(version: IndexVersion): IndexVersion {
    return { ...version, totals: { ...version.totals, ...ledgerTotals(this.state, version) } };
  }

  private numbersOf(index: IndexName): readonly VersionNumber[] {
    return [...this.state.versions.values()]
      .filter((version) => version.index === index)
      .map(({ number }) => number)
      .sort((a, b) => a - b);
  }

  private requireRow(index: IndexName): IndexRow {
    const found = this.state.indexes.get(index);
    if (found === undefined) throw unknownIndex(index);
    return found.row;
  }

  private setRow(row: IndexRow): void {
    const stored = this.state.indexes.get(row.index);
    if (stored) this.state.indexes.set(row.index, { ...stored, row: defined(row) });
  }

  private write(
    index: IndexName,
    actor: string,
    entry: { readonly action: string; readonly detail: JsonObject },
  ): void {
    this.state.audit.push({ index, actor, ...entry, at: isoNow(this.state) });
  }
}

const isInUse = (row: IndexRow): boolean => row.live !== undefined || row.switch !== undefined;

function highest(stored: number | undefined, given: number | undefined): number | undefined {
  return stored === undefined || given === undefined ? (stored ?? given) : Math.max(stored, given);
}
