import type { CollectionName, IndexName, Revision, VectorName, VersionNumber } from '../../domain/ids.js';
import type { JsonObject } from '../../domain/json.js';
import type { ProbeVectors, VersionIdentity } from '../../domain/version/identity.js';
import type { CatchUpStop, IndexVersion, VersionState } from '../../domain/version/version.js';
import type { VersionKey } from '../../ports/ledger.js';
import type { NewVersion, Registry } from '../../ports/registry.js';
import { unknownVersion } from '../registry-errors.js';
import { defined, newbornVersion, repeatedCreation, stepOutsideFlip, type VersionFacts } from '../registry-rules.js';
import type { Database, Queries } from './database.js';
import { writeAudit } from './registry-audit.js';
import { lockIndex, saveRouting } from './registry-indexes.js';

interface Row {
  readonly index_name: IndexName;
  readonly number: VersionNumber;
  readonly state: VersionState;
  readonly collection: CollectionName;
  readonly vector_name: VectorName;
  readonly identity: VersionIdentity;
  readonly embedder_fingerprint: string;
  readonly chunker_fingerprint: string;
  readonly schema_fingerprint: string;
  readonly version_fingerprint: string;
  readonly probes: ProbeVectors;
  readonly config: JsonObject;
  readonly policy: JsonObject;
  readonly digest: string;
  readonly store: string;
  readonly writer: number;
  readonly watermark: Revision;
  readonly verified_watermark: Revision | null;
  readonly compared_watermark: Revision | null;
  readonly comparison_id: string | null;
  readonly stopped: CatchUpStop | null;
  readonly started_by: string;
  readonly created_at: string;
  readonly documents: number;
  readonly chunks: number;
  readonly quarantined: number;
  readonly embedded: number;
  readonly cache_hits: number;
  readonly reused: number;
  readonly tokens: number;
}

const toVersion = (row: Row): IndexVersion =>
  defined({
    index: row.index_name,
    number: row.number,
    state: row.state,
    collection: row.collection,
    vectorName: row.vector_name,
    identity: row.identity,
    fingerprints: {
      embedder: row.embedder_fingerprint,
      chunker: row.chunker_fingerprint,
      schema: row.schema_fingerprint,
      version: row.version_fingerprint,
    },
    probes: row.probes,
    config: row.config,
    policy: row.policy,
    digest: row.digest,
    store: row.store,
    writer: row.writer,
    watermark: row.watermark,
    verifiedWatermark: row.verified_watermark ?? undefined,
    comparedWatermark: row.compared_watermark ?? undefined,
    comparisonId: row.comparison_id ?? undefined,
    stopped: row.stopped ?? undefined,
    totals: {
      documents: row.documents,
      chunks: row.chunks,
      quarantined: row.quarantined,
      embedded: row.embedded,
      cacheHits: row.cache_hits,
      reused: row.reused,
      tokens: row.tokens,
    },
    startedBy: row.started_by,
    createdAt: row.created_at,
  });

const VERSION = `SELECT v.*, t.documents, t.chunks, t.quarantined, t.embedded, t.cache_hits, t.reused, t.tokens
  FROM versions v JOIN version_totals t USING (index_name, number)`;

export async function findVersion(db: Queries, { index, number }: VersionKey): Promise<IndexVersion | undefined> {
  const [row] = await db.query<Row>(`${VERSION} WHERE v.index_name = $1 AND v.number = $2`, [index, number]);
  return row && toVersion(row);
}

export async function allVersions(db: Queries, index: IndexName): Promise<readonly IndexVersion[]> {
  return (await db.query<Row>(`${VERSION} WHERE v.index_name = $1 ORDER BY v.number`, [index])).map(toVersion);
}

/** Versions of these numbers, locked in the order of their numbers; absent ones are left out. */
export async function lockVersions(
  tx: Queries,
  index: IndexName,
  numbers: readonly VersionNumber[],
): Promise<ReadonlyMap<VersionNumber, IndexVersion>> {
  const rows = await tx.query<Row>(
    `${VERSION} WHERE v.index_name = $1 AND v.number = ANY($2::integer[]) ORDER BY v.number FOR NO KEY UPDATE OF v`,
    [index, numbers],
  );
  return new Map(rows.map((row) => [row.number, toVersion(row)]));
}

/** @throws {LifecycleError} `NOT_FOUND` */
export async function lockVersion(tx: Queries, key: VersionKey): Promise<IndexVersion> {
  const version = (await lockVersions(tx, key.index, [key.number])).get(key.number);
  if (version === undefined) throw unknownVersion(key);
  return version;
}

export async function createVersion(db: Database, asked: NewVersion): Promise<IndexVersion> {
  return db.transaction(async (tx) => {
    const row = await lockIndex(tx, asked.index);
    if (row.candidate !== undefined) {
      return repeatedCreation(await lockVersion(tx, { index: asked.index, number: row.candidate }), asked);
    }
    const [next] = await tx.query<{ number: VersionNumber; at: string }>(
      'SELECT coalesce(max(number), 0) + 1 AS number, clock_timestamp() AS at FROM versions WHERE index_name = $1',
      [asked.index],
    );
    const version = newbornVersion(asked, next?.number ?? 1, next?.at ?? '');
    await insertVersion(tx, version);
    await saveRouting(tx, { ...row, candidate: version.number });
    await writeAudit(tx, {
      index: asked.index,
      actor: asked.startedBy,
      action: 'version created',
      detail: { version: version.number, digest: version.digest },
    });
    return version;
  });
}

async function insertVersion(tx: Queries, version: IndexVersion): Promise<void> {
  const { fingerprints } = version;
  const json = [version.identity, version.probes, version.config, version.policy].map((value) => JSON.stringify(value));
  await tx.query(
    `WITH born AS (
       INSERT INTO versions (index_name, number, state, collection, vector_name, embedder_fingerprint,
         chunker_fingerprint, schema_fingerprint, version_fingerprint, digest, store, started_by, created_at,
         identity, probes, config, policy)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)
       RETURNING index_name, number)
     INSERT INTO version_totals (index_name, number) SELECT index_name, number FROM born`,
    [
      version.index,
      version.number,
      version.state,
      version.collection,
      version.vectorName,
      fingerprints.embedder,
      fingerprints.chunker,
      fingerprints.schema,
      fingerprints.version,
      version.digest,
      version.store,
      version.startedBy,
      version.createdAt,
      ...json,
    ],
  );
}

export async function moveVersion(
  db: Database,
  key: VersionKey,
  move: Parameters<Registry['transition']>[1],
): Promise<IndexVersion> {
  return db.transaction(async (tx) => {
    const index = await lockIndex(tx, key.index);
    const version = await lockVersion(tx, key);
    const row = stepOutsideFlip(index, version, move);
    if (row === undefined) return version;
    await tx.query('UPDATE versions SET state = $3 WHERE index_name = $1 AND number = $2', [
      key.index,
      key.number,
      move.to,
    ]);
    await saveRouting(tx, row);
    await writeAudit(tx, {
      index: key.index,
      actor: move.actor,
      action: `version ${move.to}`,
      detail: { version: key.number, from: version.state, reason: move.reason ?? null },
    });
    return { ...version, state: move.to };
  });
}

/** Watermarks only grow: a note that was delayed changes nothing. */
export async function noteVersion(db: Database, key: VersionKey, facts: VersionFacts): Promise<void> {
  await db.transaction(async (tx) => {
    const noted = await tx.query(
      `UPDATE versions SET
         verified_watermark = greatest(verified_watermark, $3), compared_watermark = greatest(compared_watermark, $4),
         comparison_id = coalesce($5, comparison_id), stopped = CASE WHEN $6 THEN $7 ELSE stopped END
       WHERE index_name = $1 AND number = $2 RETURNING 1`,
      [
        key.index,
        key.number,
        facts.verifiedWatermark ?? null,
        facts.comparedWatermark ?? null,
        facts.comparisonId ?? null,
        facts.stopped !== undefined,
        facts.stopped ? JSON.stringify(facts.stopped) : null,
      ],
    );
    if (noted.length === 0) throw unknownVersion(key);
    await writeAudit(tx, {
      index: key.index,
      actor: 'system',
      action: 'version noted',
      detail: { version: key.number, ...(defined(facts) as unknown as JsonObject) },
    });
  });
}

export async function addWork(db: Queries, key: VersionKey, work: Parameters<Registry['addWork']>[1]): Promise<void> {
  const added = await db.query(
    `UPDATE version_totals SET embedded = embedded + $3, cache_hits = cache_hits + $4, reused = reused + $5,
       tokens = tokens + $6
     WHERE index_name = $1 AND number = $2 RETURNING 1`,
    [key.index, key.number, work.embedded ?? 0, work.cacheHits ?? 0, work.reused ?? 0, work.tokens ?? 0],
  );
  if (added.length === 0) throw unknownVersion(key);
}
