import { LifecycleError } from '../../domain/errors.js';
import { vectorName } from '../../domain/ids.js';
import type { CollectionName } from '../../domain/ids.js';
import type { Distance, PayloadIndex } from '../../domain/version/identity.js';
import type { CollectionInfo, CollectionMetadata, CollectionSpec, VectorStore } from '../../ports/vector-store.js';
import { listAliases } from './aliases.js';
import { serverSeconds } from './connection.js';
import type { Connection } from './connection.js';
import { fieldsOf, listOf, readName, requireCompleted, requireTrue } from './read-reply.js';

type Collections = Pick<VectorStore, 'createCollection' | 'collection' | 'listCollections' | 'deleteCollection'>;

export const qdrantCollections = (connection: Connection): Collections => ({
  createCollection: (spec) => createCollection(connection, spec),
  collection: (name) => describeCollection(connection, name),
  listCollections: () => listCollections(connection),
  deleteCollection: (name) => deleteCollection(connection, name),
});

async function createCollection(connection: Connection, spec: CollectionSpec): Promise<void> {
  const what = `create collection "${spec.name}"`;
  try {
    // Not the client's own method: in 1.18.0 that one drops the metadata.
    const created = await connection.request(what, undefined, (init) =>
      connection.api.createCollection(bodyOf(spec), init),
    );
    requireTrue(created, what);
  } catch (error) {
    await acceptExisting(connection, spec, error);
  }
  await createIndexes(connection, spec);
}

function bodyOf(spec: CollectionSpec): Parameters<Connection['api']['createCollection']>[0] {
  return {
    collection_name: spec.name,
    timeout: serverSeconds(undefined),
    vectors: { [spec.vectorName]: { size: spec.dimensions, distance: spec.distance, on_disk: spec.onDisk } },
    ...(spec.quantization === 'scalar' ? { quantization_config: { scalar: { type: 'int8' } } } : {}),
    metadata: { ...spec.metadata },
  };
}

/** Ours from an earlier attempt is as good as a new one; anybody else's is a conflict. */
async function acceptExisting(connection: Connection, spec: CollectionSpec, refusal: unknown): Promise<void> {
  if (!(refusal instanceof LifecycleError)) throw refusal;
  if (refusal.code !== 'COLLECTION_CONFLICT' && refusal.code !== 'VECTORS_REFUSED') throw refusal;
  const there = await describeCollection(connection, spec.name);
  if (there === undefined && refusal.code === 'VECTORS_REFUSED' && !(await isAlias(connection, spec.name)))
    throw refusal;
  const difference = there === undefined ? 'an alias has that name' : differenceOf(there, spec);
  if (difference === undefined) return;
  throw new LifecycleError('COLLECTION_CONFLICT', `Cannot create collection "${spec.name}": ${difference}`, {
    hint: 'It belongs to another installation or version; remove it, or choose another index name.',
    facts: { collection: spec.name },
    cause: refusal,
  });
}

const isAlias = async (connection: Connection, name: string): Promise<boolean> =>
  (await listAliases(connection)).some(({ alias }) => alias === name);

function differenceOf(there: CollectionInfo, spec: CollectionSpec): string | undefined {
  const { registry_id: owner, version } = there.metadata;
  if (owner !== spec.metadata.registry_id) return `it exists and belongs to registry ${owner ?? '(none)'}`;
  if (version !== spec.metadata.version) return `it exists as version ${String(version)}`;
  const vector = there.vectors[spec.vectorName];
  if (vector === undefined) return `it exists without the vector "${spec.vectorName}"`;
  if (vector.dimensions !== spec.dimensions || vector.distance !== spec.distance) {
    return `it exists with ${vector.dimensions} dimensions (${vector.distance})`;
  }
  return undefined;
}

/** Creating one that is there again changes nothing. */
async function createIndexes(connection: Connection, spec: CollectionSpec): Promise<void> {
  const there = (await describeCollection(connection, spec.name))?.payloadIndexes ?? [];
  const missing = spec.payloadIndexes.filter(
    ({ field, type }) => !there.some((index) => index.field === field && index.type === type),
  );
  for (const { field, type } of missing) {
    const what = `index field "${field}" of "${spec.name}"`;
    const result = await connection.request(what, undefined, (init) =>
      connection.api.createFieldIndex(
        { collection_name: spec.name, wait: true, field_name: field, field_schema: type },
        init,
      ),
    );
    requireCompleted(result, what);
  }
}

async function describeCollection(connection: Connection, name: CollectionName): Promise<CollectionInfo | undefined> {
  // Reading a collection follows aliases; one that shadows a collection hides it from us as well.
  if (await isAlias(connection, name)) return undefined;
  const what = `describe collection "${name}"`;
  try {
    const result = await connection.request(what, undefined, (init) =>
      connection.api.getCollection({ collection_name: name }, init),
    );
    return readInfo(connection, name, fieldsOf(result, what));
  } catch (error) {
    if (error instanceof LifecycleError && error.code === 'NOT_FOUND') return undefined;
    throw error;
  }
}

async function readInfo(
  connection: Connection,
  name: CollectionName,
  result: Readonly<Record<string, unknown>>,
): Promise<CollectionInfo> {
  const config = fieldsOf(result.config, 'read a configuration');
  const vectors = fieldsOf(fieldsOf(config.params, 'read parameters').vectors ?? {}, 'read vector parameters');
  const idle = isIdle(result);
  return {
    name,
    metadata: (config.metadata ?? {}) as Partial<CollectionMetadata>,
    vectors: readVectors(vectors),
    payloadIndexes: readIndexes(result.payload_schema),
    status: result.status as CollectionInfo['status'],
    settled: idle && (await nothingRuns(connection, name)),
  };
}

function readVectors(vectors: Readonly<Record<string, unknown>>): CollectionInfo['vectors'] {
  const named = typeof vectors.size === 'number' ? [['', vectors] as const] : Object.entries(vectors);
  return Object.fromEntries(
    named.map(([name, params]) => {
      const { size, distance } = fieldsOf(params, 'read vector parameters');
      return [vectorName(name), { dimensions: size as number, distance: distance as Distance }];
    }),
  );
}

function readIndexes(schema: unknown): readonly PayloadIndex[] {
  return Object.entries(fieldsOf(schema ?? {}, 'read indexes'))
    .map(([field, index]) => ({ field, type: fieldsOf(index, 'read an index').data_type as PayloadIndex['type'] }))
    .sort((a, b) => (a.field < b.field ? -1 : 1));
}

/** Green alone is not enough: it was seen with ten updates queued. */
function isIdle(result: Readonly<Record<string, unknown>>): boolean {
  const queue = fieldsOf(result.update_queue ?? {}, 'read the update queue');
  const queued = Number(queue.length ?? 0) + Number(queue.deferred_points ?? 0);
  return result.status === 'green' && result.optimizer_status === 'ok' && queued === 0;
}

/** ... and with an optimization running. */
async function nothingRuns(connection: Connection, name: CollectionName): Promise<boolean> {
  try {
    const what = `read the optimizations of "${name}"`;
    const result = await connection.request(what, undefined, (init) =>
      connection.api.getOptimizations({ collection_name: name, with: 'queued' }, init),
    );
    const { running, queued } = fieldsOf(result, what);
    return [running, queued].every((list) => listOf(list ?? [], what).length === 0);
  } catch (error) {
    // Servers before 1.17 do not say.
    if (error instanceof LifecycleError && error.code === 'NOT_FOUND') return true;
    throw error;
  }
}

async function listCollections(connection: Connection): Promise<readonly CollectionName[]> {
  const what = 'list collections';
  const result = await connection.request(what, undefined, (init) => connection.api.getCollections({}, init));
  const { collections } = fieldsOf(result, what);
  return listOf(collections, what)
    .map((one) => readName(fieldsOf(one, what).name))
    .sort();
}

async function deleteCollection(connection: Connection, name: CollectionName): Promise<boolean> {
  const aliases = (await listAliases(connection)).filter(({ collection }) => collection === name);
  if (aliases.length > 0) {
    // Qdrant would drop the aliases with it, without a word.
    const names = aliases.map(({ alias }) => alias).join(', ');
    throw new LifecycleError('COLLECTION_CONFLICT', `Cannot delete collection "${name}": alias ${names} serves it`, {
      hint: 'Point the alias at another version first.',
      facts: { collection: name, aliases: names },
    });
  }
  const result = await connection.request(`delete collection "${name}"`, undefined, (init) =>
    connection.api.deleteCollection({ collection_name: name, timeout: serverSeconds(undefined) }, init),
  );
  return result === true;
}
