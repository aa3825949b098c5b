import pg from 'pg';
import type { IndexRow } from '../../domain/alias/index-row.js';
import type { AliasName, IndexName, VersionNumber } from '../../domain/ids.js';
import type { JsonObject } from '../../domain/json.js';
import type { IndexConfigRow } from '../../ports/registry.js';
import { aliasFixed, aliasTaken, unknownIndex } from '../registry-errors.js';
import { defined } from '../registry-rules.js';
import type { Database, Queries } from './database.js';
import { writeAudit } from './registry-audit.js';

interface Row {
  readonly index_name: IndexName;
  readonly alias: AliasName;
  readonly live: VersionNumber | null;
  readonly live_epoch: number;
  readonly candidate: VersionNumber | null;
  readonly previous: VersionNumber | null;
  readonly epoch: number;
  readonly switch_from: VersionNumber | null;
  readonly switch_to: VersionNumber | null;
  readonly switch_epoch: number;
  readonly switch_by: string;
  readonly switch_kind: 'promotion' | 'rollback';
  readonly switch_deadline: string;
  readonly hold_by: string | null;
  readonly hold_reason: string;
  readonly hold_at: string;
}

function toIndexRow(row: Row): IndexRow {
  return defined({
    index: row.index_name,
    alias: row.alias,
    live: row.live ?? undefined,
    liveEpoch: row.live_epoch,
    candidate: row.candidate ?? undefined,
    previous: row.previous ?? undefined,
    epoch: row.epoch,
    switch: row.switch_to === null ? undefined : openSwitchOf(row, row.switch_to),
    hold: row.hold_by === null ? undefined : { by: row.hold_by, reason: row.hold_reason, at: row.hold_at },
  });
}

const openSwitchOf = (row: Row, to: VersionNumber): IndexRow['switch'] =>
  defined({
    from: row.switch_from ?? undefined,
    to,
    epoch: row.switch_epoch,
    by: row.switch_by,
    kind: row.switch_kind,
    deadline: row.switch_deadline,
  });

const COLUMNS = `index_name, alias, live, live_epoch, candidate, previous, epoch, switch_from, switch_to, switch_epoch,
  switch_by, switch_kind, switch_deadline, hold_by, hold_reason, hold_at`;

export async function findIndex(db: Queries, index: IndexName): Promise<IndexRow | undefined> {
  const [row] = await db.query<Row>(`SELECT ${COLUMNS} FROM indexes WHERE index_name = $1`, [index]);
  return row && toIndexRow(row);
}

export async function allIndexes(db: Queries): Promise<readonly IndexRow[]> {
  return (await db.query<Row>(`SELECT ${COLUMNS} FROM indexes ORDER BY index_name`)).map(toIndexRow);
}

/** @throws {LifecycleError} `NOT_FOUND` */
export async function lockIndex(tx: Queries, index: IndexName): Promise<IndexRow> {
  const [row] = await tx.query<Row>(`SELECT ${COLUMNS} FROM indexes WHERE index_name = $1 FOR UPDATE`, [index]);
  if (row === undefined) throw unknownIndex(index);
  return toIndexRow(row);
}

/** Write what routing depends on; the row is locked. Configuration and hold are written elsewhere. */
export async function saveRouting(tx: Queries, row: IndexRow): Promise<void> {
  const open = row.switch;
  await tx.query(
    `UPDATE indexes SET live = $2, live_epoch = $3, candidate = $4, previous = $5, epoch = $6, switch_from = $7,
       switch_to = $8, switch_epoch = $9, switch_by = $10, switch_kind = $11, switch_deadline = $12
     WHERE index_name = $1`,
    [
      row.index,
      row.live,
      row.liveEpoch,
      row.candidate,
      row.previous,
      row.epoch,
      open?.from,
      open?.to,
      open?.epoch,
      open?.by,
      open?.kind,
      open?.deadline,
    ],
  );
}

export async function findConfig(db: Queries, index: IndexName): Promise<IndexConfigRow | undefined> {
  const [row] = await db.query<{ config: JsonObject; hash: string }>(
    'SELECT config, config_hash AS hash FROM indexes WHERE index_name = $1',
    [index],
  );
  return row && { index, config: row.config, configHash: row.hash };
}

type PutIndex = IndexConfigRow & { readonly alias: AliasName; readonly actor: string };

/** @throws {LifecycleError} `CONFIG_INVALID` when the alias is another's, or was changed while something is live behind it. */
export async function putIndex(db: Database, put: PutIndex): Promise<void> {
  await db.transaction(async (tx) => {
    await tx.query('INSERT INTO corpora (index_name) VALUES ($1) ON CONFLICT DO NOTHING', [put.index]);
    if (!(await writeConfig(tx, put).catch(refuseTakenAlias(put)))) return;
    await writeAudit(tx, {
      index: put.index,
      actor: put.actor,
      action: 'index configured',
      detail: { alias: put.alias, configHash: put.configHash },
    });
  });
}

/** @returns whether anything changed */
async function writeConfig(tx: Queries, { index, alias, config, configHash }: PutIndex): Promise<boolean> {
  const values = [index, alias, JSON.stringify(config), configHash];
  const added = await tx.query(
    `INSERT INTO indexes (index_name, alias, config, config_hash) VALUES ($1, $2, $3, $4)
     ON CONFLICT (index_name) DO NOTHING RETURNING 1`,
    values,
  );
  if (added.length > 0) return true;
  const row = await lockIndex(tx, index);
  if (row.alias !== alias && (row.live !== undefined || row.switch !== undefined)) throw aliasFixed(index, row.alias);
  const changed = await tx.query(
    `UPDATE indexes SET alias = $2, config = $3, config_hash = $4
     WHERE index_name = $1 AND (alias <> $2 OR config_hash <> $4) RETURNING 1`,
    values,
  );
  return changed.length > 0;
}

const refuseTakenAlias =
  ({ index, alias }: PutIndex) =>
  (error: unknown): never => {
    const taken = error instanceof pg.DatabaseError && error.constraint === 'indexes_alias_key';
    throw taken ? aliasTaken(index, alias) : error;
  };
