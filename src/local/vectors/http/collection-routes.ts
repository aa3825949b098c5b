import type { JsonObject } from '../../../domain/json.js';
import type { Distance } from '../../../domain/version/identity.js';
import type { AliasAction } from '../engine/alias-actions.js';
import type { CollectionRecord } from '../engine/collection-record.js';
import type { VectorParams } from '../engine/vector-column.js';
import { badFormat, invalid, Refusal, unsupported } from '../refusal.js';
import { fields, integer, list, nameOf, oneOf, text, timeoutSeconds } from './call.js';
import type { Call, Fields, Route } from './call.js';
import { describeCollection } from './describe-collection.js';

export const collectionRoutes: readonly Route[] = [
  { method: 'GET', path: '/collections', handle: listCollections },
  { method: 'POST', path: '/collections/aliases', handle: updateAliases },
  { method: 'PUT', path: '/collections/*', handle: createCollection },
  { method: 'GET', path: '/collections/*', handle: getCollection },
  { method: 'PATCH', path: '/collections/*', handle: patchCollection },
  { method: 'DELETE', path: '/collections/*', handle: deleteCollection },
  { method: 'GET', path: '/collections/*/exists', handle: collectionExists },
  { method: 'GET', path: '/collections/*/optimizations', handle: optimizations },
  { method: 'GET', path: '/collections/*/aliases', handle: aliasesOfCollection },
  { method: 'GET', path: '/aliases', handle: listAliases },
];

/** Sections of a collection that steer what an exact scan has not: kept and shown. */
const SECTIONS = [
  'hnsw_config',
  'optimizers_config',
  'quantization_config',
  'wal_config',
  'on_disk_payload',
  'shard_number',
  'replication_factor',
  'write_consistency_factor',
  'params',
] as const;

const NAME = /^[^<>:"/\\|?*\0\x1f]{1,255}$/;

async function createCollection(call: Call): Promise<true> {
  timeoutSeconds(call, 1);
  const name = nameOf(call);
  if (!NAME.test(name)) throw invalid(`collection_name: value ${JSON.stringify(name)} invalid`);
  const body = fields(call.body, 'body');
  refuse(body, ['sparse_vectors', 'sharding_method', 'init_from', 'strict_mode_config']);
  const vectorsConfig = fields(body.vectors ?? {}, 'vectors');
  await call.database.createCollection(name, {
    vectors: parseVectorsConfig(vectorsConfig),
    vectorsConfig: vectorsConfig as JsonObject,
    sections: sectionsOf(body),
    metadata: (body.metadata === undefined ? {} : fields(body.metadata, 'metadata')) as JsonObject,
  });
  return true;
}

async function getCollection(call: Call): Promise<unknown> {
  return describeCollection(call.database, call.database.resolve(nameOf(call)));
}

async function patchCollection(call: Call): Promise<true> {
  timeoutSeconds(call, 1);
  const body = fields(call.body, 'body');
  refuse(body, ['vectors', 'sparse_vectors', 'strict_mode_config']);
  const metadata = body.metadata === undefined ? {} : fields(body.metadata, 'metadata');
  await call.database.updateCollection(nameOf(call), (record) => ({
    ...record,
    sections: { ...record.sections, ...sectionsOf(body) },
    metadata: merged(record.metadata, metadata as JsonObject),
  }));
  return true;
}

async function deleteCollection(call: Call): Promise<boolean> {
  timeoutSeconds(call, 1);
  return call.database.deleteCollection(nameOf(call));
}

async function collectionExists(call: Call): Promise<unknown> {
  const { collections, aliases } = call.database.state;
  return { exists: collections.has(nameOf(call)) || aliases.has(nameOf(call)) };
}

async function listCollections(call: Call): Promise<unknown> {
  return { collections: [...call.database.state.collections.keys()].map((name) => ({ name })) };
}

/** Nothing is ever queued: a point that was written is found by the next scan. */
async function optimizations(call: Call): Promise<unknown> {
  const { table } = call.database.resolve(nameOf(call)).collection;
  const summary = {
    queued_optimizations: 0,
    queued_segments: 0,
    queued_points: 0,
    idle_segments: segments(table.size),
  };
  return { summary, running: [], queued: [] };
}

const segments = (points: number): number => (points === 0 ? 0 : 1);

async function updateAliases(call: Call): Promise<true> {
  timeoutSeconds(call, 1);
  // A malformed action refuses the whole list, before any is applied.
  const actions = list(fields(call.body, 'body').actions, 'actions').map(parseAliasAction);
  await call.database.updateAliases(actions);
  return true;
}

async function listAliases(call: Call): Promise<unknown> {
  return { aliases: aliasList(call.database.state.aliases) };
}

/** By physical name: an alias, or an unknown name, has none. */
async function aliasesOfCollection(call: Call): Promise<unknown> {
  const name = nameOf(call);
  return { aliases: aliasList([...call.database.state.aliases].filter(([, target]) => target === name)) };
}

const aliasList = (aliases: Iterable<readonly [string, string]>): unknown[] =>
  [...aliases].map(([alias_name, collection_name]) => ({ alias_name, collection_name }));

function parseAliasAction(value: unknown): AliasAction {
  const action = fields(value, 'action');
  if (action.create_alias !== undefined) {
    const { alias_name, collection_name } = fields(action.create_alias, 'create_alias');
    return {
      kind: 'create',
      alias: text(alias_name, 'alias_name'),
      collection: text(collection_name, 'collection_name'),
    };
  }
  if (action.delete_alias !== undefined) {
    return { kind: 'delete', alias: text(fields(action.delete_alias, 'delete_alias').alias_name, 'alias_name') };
  }
  if (action.rename_alias !== undefined) {
    const { old_alias_name, new_alias_name } = fields(action.rename_alias, 'rename_alias');
    return {
      kind: 'rename',
      from: text(old_alias_name, 'old_alias_name'),
      to: text(new_alias_name, 'new_alias_name'),
    };
  }
  throw badFormat('data did not match any variant of untagged enum AliasOperations');
}

function parseVectorsConfig(config: Fields): CollectionRecord['vectors'] {
  if ('size' in config || 'distance' in config) return [['', parseVectorParams(config)]];
  return Object.entries(config).map(([name, params]) => {
    if (name === '' || Buffer.byteLength(name) > 200) throw invalid(`vector name ${JSON.stringify(name)} invalid`);
    return [name, parseVectorParams(fields(params, name))] as const;
  });
}

function parseVectorParams(params: Fields): VectorParams {
  refuse(params, ['multivector_config', 'datatype']);
  const size = integer(params.size, 'size', { least: 1, otherwise: 0 });
  if (size === 0) throw badFormat('missing field `size`');
  if (size > 65_536) throw invalid(`size: value ${size} invalid, must be from 1 to 65536`);
  if (params.distance === 'Manhattan') throw unsupported('distance Manhattan');
  return { size, distance: oneOf<Distance>(params.distance, 'distance', ['Cosine', 'Dot', 'Euclid']) };
}

const sectionsOf = (body: Fields): JsonObject =>
  Object.fromEntries(SECTIONS.flatMap((name) => (body[name] === undefined ? [] : [[name, body[name]]]))) as JsonObject;

/** Keys of the change win, `null` removes one. */
const merged = (metadata: JsonObject, change: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries({ ...metadata, ...change }).filter(([, value]) => value !== null));

function refuse(body: Fields, names: readonly string[]): void {
  const name = names.find((one) => body[one] !== undefined && body[one] !== null);
  if (name !== undefined) throw unsupported(name);
}

/** A route of Qdrant that we know of and do not serve answers like one that never was. */
export const noRoute = (method: string, path: string): Refusal =>
  new Refusal(501, `Wrong input: ${method} ${path} is not served by the embedded vector server; use a real Qdrant`);
