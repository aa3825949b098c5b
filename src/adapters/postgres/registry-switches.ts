import type { IndexRow, OpenSwitch } from '../../domain/alias/index-row.js';
import { clearSwitch, commitSwitch, openSwitch } from '../../domain/alias/settle-switch.js';
import type { SwitchDecision, SwitchFacts } from '../../domain/alias/switch.js';
import type { AliasName, IndexName, Revision, VersionNumber } from '../../domain/ids.js';
import type { AliasMove, Registry } from '../../ports/registry.js';
import { unknownVersion } from '../registry-errors.js';
import { defined, statesAfterFlip } from '../registry-rules.js';
import type { Database, Queries } from './database.js';
import { writeAudit } from './registry-audit.js';
import { findDecision } from './registry-decisions.js';
import { lockIndex, saveRouting } from './registry-indexes.js';
import { lockVersions } from './registry-versions.js';

/** Whoever routes listens here; the payload is the index's name. */
const LIVE_CHANNEL = 'cutover_live';

type SwitchRequest = Parameters<Registry['beginSwitch']>[0];

export async function beginSwitch(
  db: Database,
  request: SwitchRequest,
  decide: (facts: SwitchFacts) => SwitchDecision,
): Promise<SwitchDecision> {
  return db.transaction(async (tx) => {
    const facts = await lockFacts(tx, request);
    const decision = decide(facts);
    if (decision.kind !== 'open') return decision;
    await saveRouting(tx, openSwitch(facts.row, decision.open));
    await writeAudit(tx, {
      index: request.index,
      actor: request.actor,
      action: 'switch opened',
      detail: detailOf(decision.open),
    });
    return decision;
  });
}

const detailOf = ({ from, to, epoch, by, kind }: OpenSwitch) => ({ from: from ?? null, to, epoch, by, kind });

/** Everything the domain needs, locked: the log does not move, no watermark and no state changes until we commit. */
async function lockFacts(tx: Queries, { index, to: number }: SwitchRequest): Promise<SwitchFacts> {
  const corpus = await lockLog(tx, index);
  const row = await lockIndex(tx, index);
  const versions = await lockVersions(tx, index, row.live === undefined ? [number] : [row.live, number]);
  const to = versions.get(number);
  if (to === undefined) throw unknownVersion({ index, number });
  const [counted] = await tx.query<{ now: string; changed: number }>(
    `SELECT clock_timestamp() AS now,
            (SELECT count(*) FROM documents WHERE index_name = $1 AND revision > $2) AS changed`,
    [index, to.comparedWatermark ?? 0],
  );
  return defined({
    row,
    head: corpus.head,
    freezeOwner: corpus.frozen_by ?? undefined,
    from: row.live === undefined ? undefined : versions.get(row.live),
    to,
    decision: await findDecision(tx, { index, number }),
    now: counted?.now ?? '',
    changedSinceCompared: counted?.changed ?? 0,
    documents: corpus.documents,
  });
}

interface LockedLog {
  readonly head: Revision;
  readonly documents: number;
  readonly frozen_by: string | null;
}

async function lockLog(tx: Queries, index: IndexName): Promise<LockedLog> {
  const [corpus] = await tx.query<LockedLog>(
    `SELECT head_revision AS head, present AS documents,
            CASE WHEN freeze_until > clock_timestamp() THEN freeze_owner END AS frozen_by
     FROM corpora WHERE index_name = $1 FOR UPDATE`,
    [index],
  );
  return corpus ?? { head: 0, documents: 0, frozen_by: null };
}

export async function commitOpenSwitch(
  db: Database,
  settled: { readonly index: IndexName; readonly epoch: number; readonly actor: string },
): Promise<'done' | 'lost'> {
  const { index, epoch, actor } = settled;
  return db.transaction(async (tx) => {
    await lockLog(tx, index);
    const row = await lockIndex(tx, index);
    const outcome = commitSwitch(row, epoch);
    if (outcome.kind !== 'commit' || row.switch === undefined) return outcome.kind === 'lost' ? 'lost' : 'done';
    await changeStates(tx, row, row.switch);
    await saveRouting(tx, outcome.row);
    await tx.query('UPDATE corpora SET freeze_owner = NULL, freeze_until = NULL WHERE index_name = $1', [index]);
    await writeMove(tx, row, { open: row.switch, actor });
    await writeAudit(tx, { index, actor, action: 'switch committed', detail: detailOf(row.switch) });
    await tx.query('SELECT pg_notify($1, $2)', [LIVE_CHANNEL, index]);
    return 'done';
  });
}

/** One statement: while live and previous change places, there would be two of one of them in between. */
async function changeStates(tx: Queries, row: IndexRow, open: OpenSwitch): Promise<void> {
  const states = statesAfterFlip(row, open);
  await lockVersions(tx, row.index, [...states.keys()]);
  await tx.query(
    `UPDATE versions v SET state = s.state FROM unnest($2::integer[], $3::text[]) AS s(number, state)
     WHERE v.index_name = $1 AND v.number = s.number`,
    [row.index, [...states.keys()], [...states.values()]],
  );
}

async function writeMove(
  tx: Queries,
  row: IndexRow,
  { open, actor }: { readonly open: OpenSwitch; readonly actor: string },
): Promise<void> {
  await tx.query(
    `INSERT INTO alias_history (index_name, epoch, alias, from_version, to_version, kind, moved_by)
     VALUES ($1, $2, $3, $4, $5, $6, $7)`,
    [row.index, open.epoch, row.alias, open.from ?? null, open.to, open.kind, actor],
  );
}

export async function clearOpenSwitch(
  db: Database,
  cleared: { readonly index: IndexName; readonly epoch: number; readonly reason: string },
): Promise<boolean> {
  const { index, epoch, reason } = cleared;
  return db.transaction(async (tx) => {
    const row = clearSwitch(await lockIndex(tx, index), epoch);
    if (row === undefined) return false;
    await saveRouting(tx, row);
    await writeAudit(tx, { index, actor: 'system', action: 'switch cleared', detail: { epoch, reason } });
    return true;
  });
}

/** In the order of the moves. */
export async function aliasHistory(db: Queries, index: IndexName): Promise<readonly AliasMove[]> {
  const rows = await db.query<{
    alias: AliasName;
    from_version: VersionNumber | null;
    to_version: VersionNumber;
    epoch: number;
    kind: AliasMove['kind'];
    moved_by: string;
    moved_at: string;
  }>('SELECT * FROM alias_history WHERE index_name = $1 ORDER BY epoch', [index]);
  return rows.map((row) =>
    defined({
      index,
      alias: row.alias,
      from: row.from_version ?? undefined,
      to: row.to_version,
      epoch: row.epoch,
      kind: row.kind,
      by: row.moved_by,
      at: row.moved_at,
    }),
  );
}
