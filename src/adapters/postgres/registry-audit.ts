import type { IndexName } from '../../domain/ids.js';
import type { JsonObject } from '../../domain/json.js';
import type { AuditEntry } from '../../ports/registry.js';
import type { Queries } from './database.js';

/** Append an entry; in the transaction of what it tells of. */
export async function writeAudit(tx: Queries, entry: Omit<AuditEntry, 'at'>): Promise<void> {
  await tx.query('INSERT INTO audit (index_name, actor, action, detail) VALUES ($1, $2, $3, $4)', [
    entry.index,
    entry.actor,
    entry.action,
    JSON.stringify(entry.detail),
  ]);
}

/** The latest entries, newest first. */
export async function readAudit(db: Queries, index: IndexName, limit: number): Promise<readonly AuditEntry[]> {
  const rows = await db.query<{ at: string; index: string; actor: string; action: string; detail: JsonObject }>(
    `SELECT at, index_name AS index, actor, action, detail FROM audit
     WHERE index_name = $1 ORDER BY entry DESC LIMIT $2`,
    [index, limit],
  );
  return rows.map((row) => ({ ...row }));
}
