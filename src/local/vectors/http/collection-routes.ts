import type { AliasAction } from '../engine/alias-actions.js';
import { badFormat, invalid } from '../refusal.js';
import { bodyFields, fields, list, nameOf, text, timeoutSeconds } from './call.js';
import type { Call, Route } from './call.js';
import { parseConfig, patchRecord } from './collection-config.js';
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

const NAME = /^[^<>:"/\\|?*\0\x1f]{1,255}$/;

async function createCollection(call: Call): Promise<true> {
  timeoutSeconds(call, 1);
  const name = nameOf(call);
  if (!NAME.test(name)) throw invalid(`collection_name: value ${JSON.stringify(name)} invalid`);
  await call.database.createCollection(name, parseConfig(bodyFields(call)));
  return true;
}

async function getCollection(call: Call): Promise<unknown> {
  return describeCollection(call.database, call.database.resolve(nameOf(call)));
}

async function patchCollection(call: Call): Promise<true> {
  timeoutSeconds(call, 1);
  const body = bodyFields(call);
  await call.database.updateCollection(nameOf(call), (record) => patchRecord(record, body));
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
    idle_segments: table.size === 0 ? 0 : 1,
  };
  const wanted = (call.query.get('with') ?? '').split(',');
  return { summary, running: [], ...(wanted.includes('queued') ? { queued: [] } : {}) };
}

async function updateAliases(call: Call): Promise<true> {
  timeoutSeconds(call, 1);
  // A malformed action refuses the whole list, before any is applied.
  const actions = list(bodyFields(call).actions, 'actions').map(parseAliasAction);
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
