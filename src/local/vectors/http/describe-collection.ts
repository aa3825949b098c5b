import type { Resolved, VectorDatabase } from '../engine/vector-database.js';

/** A collection's state, configuration and figures as `GET /collections/{name}` shows them. */
export function describeCollection(database: VectorDatabase, resolved: Resolved): unknown {
  const { record } = resolved;
  const damage = database.damageOf(record);
  const table = damage === undefined ? resolved.collection.table : undefined;
  const fault = damage ?? resolved.collection.compactor.lastFailure?.message;
  const { hnsw_config, optimizers_config, quantization_config, wal_config, params, ...others } = record.sections;
  const { indexes, metadata, vectorsConfig } = record;
  return {
    status: damage === undefined ? 'green' : 'red',
    optimizer_status: fault === undefined ? 'ok' : { error: fault },
    // Nothing is ever indexed: every search scans.
    indexed_vectors_count: 0,
    points_count: table?.size ?? 0,
    segments_count: 1,
    config: {
      params: { ...ONE_SHARD, ...others, ...(params as object | undefined), vectors: vectorsConfig },
      hnsw_config: { ...HNSW, ...(hnsw_config as object | undefined) },
      optimizer_config: { ...OPTIMIZER, ...(optimizers_config as object | undefined) },
      wal_config: { wal_capacity_mb: 32, wal_segments_ahead: 0, ...(wal_config as object | undefined) },
      quantization_config: quantization_config ?? null,
      ...(Object.keys(metadata).length === 0 ? {} : { metadata }),
    },
    payload_schema: Object.fromEntries(
      indexes.map(([field, data_type]) => [field, { data_type, points: table?.index(field)?.points ?? 0 }]),
    ),
    update_queue: { length: 0 },
  };
}

const ONE_SHARD = { shard_number: 1, replication_factor: 1, write_consistency_factor: 1, on_disk_payload: true };
const HNSW = { m: 16, ef_construct: 100, full_scan_threshold: 10_000, max_indexing_threads: 0, on_disk: false };
const OPTIMIZER = {
  deleted_threshold: 0.2,
  vacuum_min_vector_number: 1000,
  default_segment_number: 0,
  indexing_threshold: 10_000,
  flush_interval_sec: 5,
};
