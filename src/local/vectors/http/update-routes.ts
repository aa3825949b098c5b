import { parseField } from '../../../domain/filter/parse-filter.js';
import type { PayloadIndex } from '../../../domain/version/identity.js';
import type { Resolved } from '../engine/vector-database.js';
import { deletePoints, upsertPoints, writePayload } from '../engine/write-points.js';
import type { Located } from '../json/located.js';
import { dropFromPayload, mergePayload, mergePayloadAt } from '../json/payload-text.js';
import { badFormat, Refusal, translating, unsupported } from '../refusal.js';
import { bodyFields, bodyOf, fields, isFlagSet, isGiven, list, nameOf, oneOf, text, timeoutSeconds } from './call.js';
import type { Call, Fields, Route } from './call.js';
import { parsePayload, parseTarget, parseUpsert } from './points-body.js';
import { pathsOf } from './render-point.js';

/** Everything that changes points, and payload indexes. */
export const updateRoutes: readonly Route[] = [
  { method: 'PUT', path: '/collections/*/points', handle: (call) => one(call, 'upsert') },
  { method: 'POST', path: '/collections/*/points/delete', handle: (call) => one(call, 'delete') },
  { method: 'POST', path: '/collections/*/points/payload', handle: (call) => one(call, 'set_payload') },
  { method: 'PUT', path: '/collections/*/points/payload', handle: (call) => one(call, 'overwrite_payload') },
  { method: 'POST', path: '/collections/*/points/payload/delete', handle: (call) => one(call, 'delete_payload') },
  { method: 'POST', path: '/collections/*/points/payload/clear', handle: (call) => one(call, 'clear_payload') },
  { method: 'POST', path: '/collections/*/points/batch', handle: batch },
  { method: 'PUT', path: '/collections/*/index', handle: createIndex },
  { method: 'DELETE', path: '/collections/*/index/*', handle: deleteIndex },
];

/** A change that has been read and checked. @returns the number of the operation */
type Update = () => Promise<number>;

type Parser = (body: Located, resolved: Resolved) => Update;

/** By the name `points/batch` knows an operation under. */
const PARSERS = {
  upsert: (body, resolved) => {
    const parsed = parseUpsert(body, resolved);
    return () => upsertPoints(resolved.collection, parsed);
  },
  delete: (body, { collection }) => {
    const target = parseTarget(fields(body.exact, 'body'));
    return () => deletePoints(collection, target);
  },
  set_payload: (body, resolved) => {
    const { key } = fields(body.exact, 'body');
    const patch = patchOf(body);
    if (!isGiven(key)) return changePayload(body, resolved, (before) => mergePayload(before, patch));
    const { path } = translating(() => parseField(key));
    return changePayload(body, resolved, (before) => mergePayloadAt(before, path, patch));
  },
  overwrite_payload: (body, resolved) => {
    if (isGiven(fields(body.exact, 'body').key)) throw unsupported('key in an overwritten payload');
    const patch = patchOf(body);
    return changePayload(body, resolved, () => patch);
  },
  delete_payload: (body, resolved) => {
    const paths = pathsOf(list(fields(body.exact, 'body').keys, 'keys'));
    return changePayload(body, resolved, (before) => dropFromPayload(before, paths));
  },
  clear_payload: (body, resolved) => changePayload(body, resolved, () => '{}'),
} satisfies Record<string, Parser>;

type OperationName = keyof typeof PARSERS;

function patchOf(body: Located): string {
  const payload = body.members().get('payload');
  if (payload === undefined) throw badFormat('missing field `payload`');
  return parsePayload(payload);
}

function changePayload(body: Located, { collection }: Resolved, change: (payload: string) => string): Update {
  const target = parseTarget(fields(body.exact, 'body'));
  return () => writePayload(collection, target, change);
}

async function one(call: Call, name: OperationName): Promise<unknown> {
  const resolved = call.database.resolve(nameOf(call));
  const body = bodyOf(call);
  fields(body.value, 'body');
  const [result] = await written(call, resolved, [PARSERS[name](body, resolved)]);
  return result;
}

/** One operation after the other, to the first that is refused; what came before it stays. */
async function batch(call: Call): Promise<unknown> {
  const resolved = call.database.resolve(nameOf(call));
  const operations = bodyOf(call).members().get('operations');
  list(operations?.value, 'operations');
  const updates = (operations?.elements() ?? []).map((operation) =>
    postponed(() => parseOperation(operation, resolved)),
  );
  return written(call, resolved, updates);
}

function parseOperation(operation: Located, resolved: Resolved): Update {
  const [entry, another] = [...operation.members()];
  if (entry === undefined || another !== undefined) throw noOperation();
  const [name, body] = entry;
  if (name === 'update_vectors' || name === 'delete_vectors') throw unsupported(`operation ${name}`);
  if (!Object.hasOwn(PARSERS, name)) throw noOperation();
  return PARSERS[name as OperationName](body, resolved);
}

const noOperation = (): Refusal => badFormat('data did not match any variant of untagged enum UpdateOperation');

/** What is no such operation at all refuses the whole list; what cannot be done does so when its turn comes. */
function postponed(parse: () => Update): Update {
  try {
    return parse();
  } catch (error) {
    const isWellFormed = error instanceof Refusal && !/^(Format|Validation) error/.test(error.message);
    if (!isWellFormed) throw error;
    return () => Promise.reject(error);
  }
}

/** @returns Qdrant's answers to updates: `completed` is on disk, `wait_timeout` and `acknowledged` may not be yet */
async function written(call: Call, resolved: Resolved, updates: readonly Update[]): Promise<unknown[]> {
  const { collection } = resolved;
  const seconds = timeoutSeconds(call, 0);
  const operations: number[] = [];
  try {
    try {
      for (const update of updates) operations.push(await collection.readers.during(update));
    } catch (error) {
      // What came before, and what a refused operation has done of itself, is as lasting as if it stood alone.
      await collection.log.durable();
      throw error;
    }
    const durable = collection.log.durable();
    if (isFlagSet(call, 'wait')) {
      const status = (await within(durable, seconds)) ? 'completed' : 'wait_timeout';
      return operations.map((operation_id) => ({ operation_id, status }));
    }
    // Nobody waits for it: should even the way back fail, the process ends, and its supervisor starts a new one.
    durable.catch(() => call.database.reopenFailed(resolved));
    return operations.map((operation_id) => ({ operation_id, status: 'acknowledged' }));
  } catch (error) {
    await call.database.reopenFailed(resolved);
    throw error;
  }
}

async function within(work: Promise<void>, seconds: number | undefined): Promise<boolean> {
  if (seconds === undefined) return work.then(() => true);
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), seconds * 1000);
  });
  try {
    return await Promise.race([work.then(() => true), late]);
  } finally {
    clearTimeout(timer);
  }
}

async function createIndex(call: Call): Promise<unknown> {
  const resolved = call.database.resolve(nameOf(call));
  const body = bodyFields(call);
  const field = translating(() => parseField(text(body.field_name, 'field_name'))).name;
  const type = indexType(body);
  return changedIndexes(resolved, () => call.database.createIndex(resolved.name, field, type));
}

const TYPES: readonly PayloadIndex['type'][] = ['keyword', 'integer', 'float', 'bool', 'datetime'];
const OTHER_TYPES: readonly unknown[] = ['geo', 'text', 'uuid'];

function indexType({ field_schema: schema }: Fields): PayloadIndex['type'] {
  const type = typeof schema === 'string' ? schema : fields(schema, 'field_schema').type;
  if (OTHER_TYPES.includes(type)) throw unsupported(`a payload index of type ${String(type)}`);
  return oneOf(type, 'field_schema', TYPES);
}

async function deleteIndex(call: Call): Promise<unknown> {
  const resolved = call.database.resolve(nameOf(call));
  return changedIndexes(resolved, () => call.database.deleteIndex(resolved.name, call.params[1] as string));
}

async function changedIndexes({ collection }: Resolved, change: () => Promise<void>): Promise<unknown> {
  const operation_id = collection.nextOperation();
  await collection.readers.during(change);
  return { operation_id, status: 'completed' };
}
