import { isJsonObject } from '../../../domain/filter/payload-path.js';
import type { JsonObject, JsonValue } from '../../../domain/json.js';
import type { CollectionRecord } from '../engine/collection-record.js';
import type { VectorParams } from '../engine/vector-column.js';
import { badFormat, invalid, unsupported, wrongInput } from '../refusal.js';
import { fields, integer, isGiven, oneOf, refuseFields } from './call.js';
import type { Fields } from './call.js';

/** Sections that steer what an exact scan has not: kept and shown. */
const SECTIONS = ['hnsw_config', 'optimizers_config', 'quantization_config', 'wal_config', 'params'] as const;
const SINGLE_VALUES = ['on_disk_payload', 'shard_number', 'replication_factor', 'write_consistency_factor'] as const;

type Config = Pick<CollectionRecord, 'vectors' | 'vectorsConfig' | 'sections' | 'metadata'>;

/** What a collection is created with. */
export function parseConfig(body: Fields): Config {
  refuseFields(body, ['sharding_method', 'init_from', 'strict_mode_config']);
  const vectorsConfig = fields(body.vectors ?? {}, 'vectors');
  const sparse = body.sparse_vectors ?? undefined;
  const vectors = parseVectorsConfig(vectorsConfig);
  const sections = mergedSections({}, body);
  return {
    vectors,
    vectorsConfig: vectorsConfig as JsonObject,
    sections: sparse === undefined ? sections : { ...sections, sparse_vectors: parseSparseConfig(sparse, vectors) },
    metadata: metadataOf(body),
  };
}

/** What a PATCH makes of a collection: sections and metadata merged, `null` removes a key of the metadata. */
export function patchRecord(record: CollectionRecord, body: Fields): CollectionRecord {
  refuseFields(body, ['sparse_vectors', 'strict_mode_config']);
  return {
    ...record,
    vectorsConfig: isGiven(body.vectors)
      ? patchedVectors(record, fields(body.vectors, 'vectors'))
      : record.vectorsConfig,
    sections: mergedSections(record.sections, body),
    metadata: withoutNulls({ ...record.metadata, ...metadataOf(body) }),
  };
}

const metadataOf = (body: Fields): JsonObject =>
  (isGiven(body.metadata) ? fields(body.metadata, 'metadata') : {}) as JsonObject;

const withoutNulls = (values: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null));

function mergedSections(before: JsonObject, body: Fields): JsonObject {
  const changed: [string, JsonValue][] = [];
  for (const name of SECTIONS) {
    if (!isGiven(body[name])) continue;
    // "Disabled" is how a PATCH takes quantization away.
    if (name === 'quantization_config' && body[name] === 'Disabled') changed.push([name, null]);
    else changed.push([name, { ...objectOf(before[name]), ...(fields(body[name], name) as JsonObject) }]);
  }
  for (const name of SINGLE_VALUES) if (isGiven(body[name])) changed.push([name, body[name] as JsonValue]);
  return { ...before, ...Object.fromEntries(changed) };
}

const objectOf = (value: JsonValue | undefined): JsonObject => (isJsonObject(value) ? value : {});

function patchedVectors(record: CollectionRecord, change: Fields): JsonObject {
  const known = new Map(record.vectors);
  const isUnnamed = known.has('');
  const merged = new Map(Object.entries(isUnnamed ? { '': record.vectorsConfig } : record.vectorsConfig));
  for (const [name, params] of Object.entries(change)) {
    if (!known.has(name)) throw wrongInput(`Not existing vector name error: ${name}`);
    const { hnsw_config, quantization_config, on_disk } = fields(params, name) as JsonObject;
    const given = { hnsw_config, quantization_config, on_disk };
    merged.set(name, { ...objectOf(merged.get(name)), ...withoutUndefined(given) });
  }
  return isUnnamed ? objectOf(merged.get('')) : Object.fromEntries(merged);
}

const withoutUndefined = (values: Record<string, JsonValue | undefined>): JsonObject =>
  Object.fromEntries(Object.entries(values).filter((entry): entry is [string, JsonValue] => entry[1] !== undefined));

function parseVectorsConfig(config: Fields): CollectionRecord['vectors'] {
  if ('size' in config || 'distance' in config) return [['', parseVectorParams(config)]];
  return Object.entries(config).map(([name, params]) => {
    requireVectorName(name);
    return [name, parseVectorParams(fields(params, name))] as const;
  });
}

function parseVectorParams(params: Fields): VectorParams {
  refuseFields(params, ['multivector_config']);
  if (isGiven(params.datatype) && params.datatype !== 'float32')
    throw unsupported(`datatype ${String(params.datatype)}`);
  const size = integer(params.size, 'size', { least: 1, otherwise: 0 });
  if (size === 0) throw badFormat('missing field `size`');
  if (size > 65_536) throw invalid(`size: value ${size} invalid, must be from 1 to 65536`);
  return { size, distance: oneOf(params.distance, 'distance', DISTANCES) };
}

const DISTANCES: readonly VectorParams['distance'][] = ['Cosine', 'Euclid', 'Dot', 'Manhattan'];

function parseSparseConfig(value: unknown, dense: CollectionRecord['vectors']): JsonObject {
  const config = fields(value, 'sparse_vectors');
  for (const [name, params] of Object.entries(config)) {
    requireVectorName(name);
    if (isGiven(params)) fields(params, name);
    if (dense.some(([other]) => other === name)) throw wrongInput(`vector name ${name} is given twice`);
  }
  return config as JsonObject;
}

function requireVectorName(name: string): void {
  if (name === '' || Buffer.byteLength(name) > 200) throw invalid(`vector name ${JSON.stringify(name)} invalid`);
}
