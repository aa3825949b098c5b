import { parseField, parseFilter } from '../../../domain/filter/parse-filter.js';
import type { PointId } from '../../../domain/filter/point-id.js';
import type { PayloadIndex } from '../../../domain/version/identity.js';
import { Breather } from '../engine/breather.js';
import type { Collection } from '../engine/collection.js';
import { pageOf } from '../engine/scroll.js';
import { selectSlots } from '../engine/select.js';
import type { Resolved } from '../engine/vector-database.js';
import { deletePoints, upsertPoints, writePayload } from '../engine/write-points.js';
import { notFound, translating, unsupported } from '../refusal.js';
import { fields, integer, isFlagSet, list, nameOf, oneOf, text, timeoutSeconds } from './call.js';
import type { Call, Fields, Route } from './call.js';
import { parseId, parsePayload, parseTarget, parseUpsert } from './points-body.js';
import { parseShown, renderPoint } from './render-point.js';
import type { Shown } from './render-point.js';

export const pointRoutes: readonly Route[] = [
  { method: 'PUT', path: '/collections/*/points', handle: upsert },
  { method: 'POST', path: '/collections/*/points', handle: retrieve },
  { method: 'GET', path: '/collections/*/points/*', handle: getPoint },
  { method: 'POST', path: '/collections/*/points/delete', handle: deleteByTarget },
  { method: 'POST', path: '/collections/*/points/payload', handle: (call) => changePayload(call, false) },
  { method: 'PUT', path: '/collections/*/points/payload', handle: (call) => changePayload(call, true) },
  { method: 'POST', path: '/collections/*/points/scroll', handle: scroll },
  { method: 'POST', path: '/collections/*/points/count', handle: count },
  { method: 'PUT', path: '/collections/*/index', handle: createIndex },
  { method: 'DELETE', path: '/collections/*/index/*', handle: deleteIndex },
];

async function upsert(call: Call): Promise<unknown> {
  const resolved = resolve(call);
  const { collection } = resolved;
  const parsed = parseUpsert(call.body, collection.table.columns);
  return written(call, resolved, () => upsertPoints(collection, parsed));
}

async function deleteByTarget(call: Call): Promise<unknown> {
  const resolved = resolve(call);
  const { collection } = resolved;
  const target = parseTarget(fields(call.body, 'body'));
  return written(call, resolved, () => deletePoints(collection, target));
}

async function changePayload(call: Call, replace: boolean): Promise<unknown> {
  const resolved = resolve(call);
  const { collection } = resolved;
  const body = fields(call.body, 'body');
  if (isGiven(body.key)) throw unsupported('key (a part of a payload)');
  const write = { payload: parsePayload(body.payload), replace };
  const target = parseTarget(body);
  return written(call, resolved, () => writePayload(collection, target, write));
}

/** @returns Qdrant's answer to an update: `completed` is on disk, `wait_timeout` and `acknowledged` may not be yet */
async function written(call: Call, resolved: Resolved, write: () => Promise<number>): Promise<unknown> {
  const { collection } = resolved;
  const seconds = timeoutSeconds(call, 0);
  try {
    const operation_id = await collection.readers.during(write);
    const durable = collection.log.durable();
    if (isFlagSet(call, 'wait')) {
      return { operation_id, status: (await within(durable, seconds)) ? 'completed' : 'wait_timeout' };
    }
    // Nobody waits for it: should even the way back fail, the process ends, and its supervisor starts a new one.
    durable.catch(() => call.database.reopenFailed(resolved));
    return { operation_id, status: 'acknowledged' };
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

async function retrieve(call: Call): Promise<unknown> {
  const { collection } = resolve(call);
  const body = fields(call.body, 'body');
  const shown = parseShown(body, true);
  const ids = list(body.ids, 'ids').map(parseId);
  return collection.readers.during(() => renderAll(collection, ids, shown));
}

async function getPoint(call: Call): Promise<unknown> {
  const { collection } = resolve(call);
  const raw = call.params[1] as string;
  const id = parseId(/^\d+$/.test(raw) ? Number(raw) : raw);
  const [point] = await collection.readers.during(() =>
    renderAll(collection, [id], parseShown({ with_vector: true }, true)),
  );
  if (point === undefined) throw notFound(`Point with id ${id} does not exists!`);
  return point;
}

async function scroll(call: Call): Promise<unknown> {
  const { collection } = resolve(call);
  const body = fields(call.body, 'body');
  if (isGiven(body.order_by)) throw unsupported('order_by');
  const limit = integer(body.limit, 'limit', { least: 1, otherwise: 10 });
  const from = isGiven(body.offset) ? parseId(body.offset) : undefined;
  const filter = filterOf(body);
  const shown = parseShown(body, true);
  return collection.readers.during(async () => {
    const page = await pageOf(collection.table, { limit, ...(from === undefined ? {} : { from }), filter });
    return { points: await renderAll(collection, page.ids, shown), next_page_offset: page.next ?? null };
  });
}

async function count(call: Call): Promise<unknown> {
  const { collection } = resolve(call);
  const filter = filterOf(fields(call.body ?? {}, 'body'));
  if (filter === undefined) return { count: collection.table.size };
  return collection.readers.during(async () => ({ count: (await selectSlots(collection.table, filter)).length }));
}

async function createIndex(call: Call): Promise<unknown> {
  const resolved = resolve(call);
  const body = fields(call.body, 'body');
  const field = translating(() => parseField(text(body.field_name, 'field_name'))).name;
  const schema = body.field_schema;
  const type = oneOf(typeof schema === 'string' ? schema : fields(schema, 'field_schema').type, 'field_schema', TYPES);
  return changedIndexes(resolved, () => call.database.createIndex(resolved.name, field, type));
}

const TYPES: readonly PayloadIndex['type'][] = ['keyword', 'integer', 'float', 'bool', 'datetime'];

async function deleteIndex(call: Call): Promise<unknown> {
  const resolved = resolve(call);
  return changedIndexes(resolved, () => call.database.deleteIndex(resolved.name, call.params[1] as string));
}

async function changedIndexes({ collection }: Resolved, change: () => Promise<void>): Promise<unknown> {
  const operation_id = collection.nextOperation();
  await collection.readers.during(change);
  return { operation_id, status: 'completed' };
}

/** Points that are there, in the order asked for. */
async function renderAll({ table }: Collection, ids: readonly PointId[], shown: Shown): Promise<unknown[]> {
  const breather = new Breather();
  const points: unknown[] = [];
  for (const id of ids) {
    const slot = table.slotOf(id);
    if (slot === undefined) continue;
    const vectors = shown.vectors === false ? undefined : table.vectorsAt(slot);
    points.push(renderPoint({ id, place: table.placeAt(slot), ...(vectors === undefined ? {} : { vectors }) }, shown));
    await breather.pause();
  }
  return points;
}

const resolve = (call: Call): Resolved => call.database.resolve(nameOf(call));

const filterOf = (body: Fields): ReturnType<typeof parseFilter> | undefined =>
  isGiven(body.filter) ? translating(() => parseFilter(body.filter)) : undefined;

const isGiven = (value: unknown): boolean => value !== undefined && value !== null;
