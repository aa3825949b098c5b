import type { VectorStore } from '../../ports/vector-store.js';
import { qdrantAliases } from './aliases.js';
import { qdrantCollections } from './collections.js';
import { connect } from './connection.js';
import type { Connection } from './connection.js';
import { qdrantPoints } from './points.js';
import { qdrantQueries } from './queries.js';
import { fieldsOf, stringOf } from './read-reply.js';

/** How the embedded server introduces itself; everything else is taken for a real Qdrant. */
const EMBEDDED = /embedded/i;

/**
 * A Qdrant, or the embedded server that speaks its dialect. Connects with the first call.
 *
 * @param options.url     `http(s)://host[:port][/prefix]`; port 6333 when http names none.
 * @param options.apiKey  Sent with every request.
 * @throws LifecycleError `CONFIG_INVALID` for something that is no such URL.
 */
export function connectQdrant(options: { readonly url: string; readonly apiKey?: string | undefined }): VectorStore {
  const connection = connect(options);
  return {
    describe: () => describe(connection),
    ...qdrantCollections(connection),
    ...qdrantPoints(connection),
    ...qdrantQueries(connection),
    ...qdrantAliases(connection),
    // Idle connections of the client keep no process alive and close by themselves.
    close: async () => undefined,
  };
}

async function describe(connection: Connection): ReturnType<VectorStore['describe']> {
  const what = 'introduce itself';
  const root = fieldsOf(await connection.plain(what, (init) => connection.api.root({}, init)), what);
  const title = stringOf(root.title, what);
  return { title, version: stringOf(root.version, what), exact: EMBEDDED.test(title) };
}
