import { parseFilter } from '../../../domain/filter/parse-filter.js';
import type { PointId } from '../../../domain/filter/point-id.js';
import { Breather } from '../engine/breather.js';
import type { Collection } from '../engine/collection.js';
import { pageOf } from '../engine/scroll.js';
import { selectSlots } from '../engine/select.js';
import { parseJson } from '../json/exact-json.js';
import { notFound, translating } from '../refusal.js';
import { bodyFields, integer, isGiven, list, nameOf, refuseFields } from './call.js';
import type { Call, Fields, Route } from './call.js';
import { parseId } from './points-body.js';
import { parseShown, renderPoint } from './render-point.js';
import type { Shown } from './render-point.js';

/** Reading points by id and by filter. */
export const pointRoutes: readonly Route[] = [
  { method: 'POST', path: '/collections/*/points', reads: true, handle: retrieve },
  { method: 'GET', path: '/collections/*/points/*', handle: getPoint },
  { method: 'POST', path: '/collections/*/points/scroll', reads: true, handle: scroll },
  { method: 'POST', path: '/collections/*/points/count', reads: true, handle: count },
];

async function retrieve(call: Call): Promise<unknown> {
  const { collection } = call.database.resolve(nameOf(call));
  const body = bodyFields(call);
  const shown = parseShown(body, true);
  const ids = list(body.ids, 'ids').map(parseId);
  return collection.readers.during(() => renderAll(collection, ids, shown));
}

async function getPoint(call: Call): Promise<unknown> {
  const { collection } = call.database.resolve(nameOf(call));
  const raw = call.params[1] as string;
  const id = parseId(/^\d{1,20}$/.test(raw) ? parseJson(String(BigInt(raw))) : raw);
  const [point] = await collection.readers.during(() =>
    renderAll(collection, [id], parseShown({ with_vector: true }, true)),
  );
  if (point === undefined) throw notFound(`Point with id ${id} does not exists!`);
  return point;
}

async function scroll(call: Call): Promise<unknown> {
  const { collection } = call.database.resolve(nameOf(call));
  const body = bodyFields(call);
  refuseFields(body, ['order_by', 'shard_key']);
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
  const { collection } = call.database.resolve(nameOf(call));
  const body = bodyFields(call);
  refuseFields(body, ['shard_key']);
  const filter = filterOf(body);
  if (filter === undefined) return { count: collection.table.size };
  return collection.readers.during(async () => ({ count: (await selectSlots(collection.table, filter)).length }));
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

const filterOf = (body: Fields): ReturnType<typeof parseFilter> | undefined =>
  isGiven(body.filter) ? translating(() => parseFilter(body.filter)) : undefined;
