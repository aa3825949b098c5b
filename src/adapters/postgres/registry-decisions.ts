import type { Decision } from '../../domain/alias/switch.js';
import type { IndexName, Sha256, VersionNumber } from '../../domain/ids.js';
import type { VersionKey } from '../../ports/ledger.js';
import { decisionStands } from '../registry-errors.js';
import { stillBinds } from '../registry-rules.js';
import type { Database, Queries } from './database.js';
import { writeAudit } from './registry-audit.js';
import { lockVersion } from './registry-versions.js';

interface Row {
  readonly id: string;
  readonly index_name: IndexName;
  readonly number: VersionNumber;
  readonly answer: Decision['answer'];
  readonly decided_by: string;
  readonly reason: string;
  readonly override: boolean;
  readonly version_digest: Sha256;
  readonly report_digest: Sha256;
  readonly live_epoch: number;
  readonly expires_at: string;
  readonly decided_at: string;
}

const COLUMNS = `id, index_name, number, answer, decided_by, reason, override, version_digest, report_digest, live_epoch,
  expires_at, decided_at`;

const toDecision = (row: Row): Decision => ({
  id: row.id,
  index: row.index_name,
  version: row.number,
  answer: row.answer,
  by: row.decided_by,
  reason: row.reason,
  override: row.override,
  versionDigest: row.version_digest,
  reportDigest: row.report_digest,
  liveEpoch: row.live_epoch,
  expiresAt: row.expires_at,
  at: row.decided_at,
});

/** The one that stands: the latest. */
export async function findDecision(db: Queries, { index, number }: VersionKey): Promise<Decision | undefined> {
  const [row] = await db.query<Row>(
    `SELECT ${COLUMNS} FROM decisions WHERE index_name = $1 AND number = $2 ORDER BY stored DESC LIMIT 1`,
    [index, number],
  );
  return row && toDecision(row);
}

/** @throws {LifecycleError} `DECISION_REFUSED` while another decision on the same report stands. */
export async function recordDecision(db: Database, decision: Decision): Promise<void> {
  const key = { index: decision.index, number: decision.version };
  await db.transaction(async (tx) => {
    await lockVersion(tx, key);
    const stored = await findDecision(tx, key);
    if (stored?.id === decision.id) return;
    const [clock] = await tx.query<{ now: string }>('SELECT clock_timestamp() AS now');
    if (stored && stillBinds(stored, decision, clock?.now ?? stored.at)) throw decisionStands(key, stored.answer);
    await insertDecision(tx, decision);
    await writeAudit(tx, {
      index: decision.index,
      actor: decision.by,
      action: `decision ${decision.answer}`,
      detail: { ...decision },
    });
  });
}

async function insertDecision(tx: Queries, decision: Decision): Promise<void> {
  await tx.query(`INSERT INTO decisions (${COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`, [
    decision.id,
    decision.index,
    decision.version,
    decision.answer,
    decision.by,
    decision.reason,
    decision.override,
    decision.versionDigest,
    decision.reportDigest,
    decision.liveEpoch,
    decision.expiresAt,
    decision.at,
  ]);
}
