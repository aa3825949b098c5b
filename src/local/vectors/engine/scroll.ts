import type { Filter } from '../../../domain/filter/filter.js';
import { comparePointIds } from '../../../domain/filter/point-id.js';
import type { PointId } from '../../../domain/filter/point-id.js';
import { Breather } from './breather.js';
import type { PointTable } from './point-table.js';
import { narrow, slotTest } from './select.js';

// Ids walked before asking whether it is time to make room.
const BLOCK = 128;

export interface Page {
  readonly ids: readonly PointId[];
  /** First id of the next page; undefined on the last. */
  readonly next?: PointId;
}

/** Ids in order, from `from` (inclusive). */
export async function pageOf(
  table: PointTable,
  want: { readonly from?: PointId; readonly limit: number; readonly filter: Filter | undefined },
): Promise<Page> {
  const found = await firstIds(table, { ...want, limit: want.limit + 1 });
  const next = found[want.limit];
  return { ids: found.slice(0, want.limit), ...(next === undefined ? {} : { next }) };
}

async function firstIds(
  table: PointTable,
  { from, limit, filter }: { from?: PointId; limit: number; filter: Filter | undefined },
): Promise<readonly PointId[]> {
  if (filter === undefined) return table.order.slice(from, limit);
  const narrowed = narrow(table, filter);
  if (narrowed === undefined) return walk(table, filter, { from, limit });
  return narrowed
    .map((slot) => table.idAt(slot) as PointId)
    .filter((id) => from === undefined || comparePointIds(id, from) >= 0)
    .sort(comparePointIds)
    .slice(0, limit);
}

async function walk(
  table: PointTable,
  filter: Filter,
  { from, limit }: { from: PointId | undefined; limit: number },
): Promise<readonly PointId[]> {
  const breather = new Breather();
  const test = slotTest(table, filter);
  const found: PointId[] = [];
  let next = from;
  for (;;) {
    const block = table.order.slice(next, BLOCK + 1);
    for (const id of block.slice(0, BLOCK)) {
      if (test(table.slotOf(id) as number)) found.push(id);
      if (found.length === limit) return found;
    }
    next = block[BLOCK];
    if (next === undefined) return found;
    await breather.pause();
  }
}
