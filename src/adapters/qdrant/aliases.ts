import { aliasName } from '../../domain/ids.js';
import type { AliasName, CollectionName } from '../../domain/ids.js';
import type { CallOptions, VectorStore } from '../../ports/vector-store.js';
import { serverSeconds } from './connection.js';
import type { Connection } from './connection.js';
import { fieldsOf, listOf, readName, requireTrue, stringOf } from './read-reply.js';

type Aliases = Pick<VectorStore, 'resolveAlias' | 'listAliases' | 'pointAlias'>;

export const qdrantAliases = (connection: Connection): Aliases => ({
  listAliases: () => listAliases(connection),
  resolveAlias: async (alias) => (await listAliases(connection)).find((one) => one.alias === alias)?.collection,
  pointAlias: (alias, collection, options) => pointAlias(connection, { alias, collection }, options),
});

interface AliasTarget {
  readonly alias: AliasName;
  readonly collection: CollectionName;
}

/** In the order of their names; the server's is that of a hash. */
export async function listAliases(connection: Connection): Promise<readonly AliasTarget[]> {
  const what = 'list aliases';
  const result = await connection.request(what, undefined, (init) => connection.api.getCollectionsAliases({}, init));
  return listOf(fieldsOf(result, what).aliases, what)
    .map((one) => {
      const { alias_name, collection_name } = fieldsOf(one, what);
      return { alias: aliasName(stringOf(alias_name, what)), collection: readName(collection_name) };
    })
    .sort((a, b) => (a.alias < b.alias ? -1 : 1));
}

async function pointAlias(connection: Connection, target: AliasTarget, options?: CallOptions): Promise<void> {
  const what = `point alias "${target.alias}" at "${target.collection}"`;
  // One create_alias replaces the target in a single save. Delete-then-create may stop half way and leave no alias:
  // the server applies a request's actions one by one.
  const actions = [{ create_alias: { alias_name: target.alias, collection_name: target.collection } }];
  const result = await connection.request(what, options, (init) =>
    connection.api.updateAliases({ actions, timeout: serverSeconds(options) }, init),
  );
  requireTrue(result, what);
}
