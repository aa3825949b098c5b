import type { Field, Filter } from '../../../domain/filter/filter.js';
import type { PointId } from '../../../domain/filter/point-id.js';
import { isAscending } from '../kernel/score-rows.js';
import type { ScoredRows } from '../workers/best-rows.js';
import { Breather } from './breather.js';
import type { PayloadPlace, PointTable } from './point-table.js';
import { narrow, selectSlots, slotTest } from './select.js';
import { scanColumn } from './scan-column.js';
import { TopHits, compareRanked } from './top-hits.js';
import type { Direction, Ranked } from './top-hits.js';
import type { VectorColumn } from './vector-column.js';
import type { Watch } from './watch.js';

// Rows scored before asking whether it is time to make room: 256 × 1,536 dimensions take about half a millisecond.
const BLOCK = 256;

/** A point as it was when it was scored, whatever happened to it since. */
export interface Hit extends Ranked {
  readonly version: number;
  readonly place: PayloadPlace;
  readonly vectors?: ReadonlyMap<string, Float32Array>;
}

export interface Search {
  readonly column: VectorColumn;
  /** Prepared as stored vectors are. */
  readonly vector: Float32Array;
  readonly filter?: Filter;
  /** A point at the threshold is left out. */
  readonly scoreThreshold?: number;
  /** The point that was asked by. */
  readonly except?: PointId;
  readonly withVectors: boolean;
}

export interface Grouping {
  readonly field: Field;
  readonly groupSize: number;
  /** Groups wanted. */
  readonly limit: number;
}

export type GroupKey = string | number | bigint;

export interface Group {
  readonly key: GroupKey;
  readonly hits: readonly Hit[];
}

// Asked for beyond the limit, so that points written while the scan was under way can be left out and judged anew.
const SLACK = 16;

// Changed points judged in one go.
const ROUND = 256;

/**
 * The best `limit` points by (score, id): exact, as the table stands when the answer is put together,
 * whatever was written while the scan was under way.
 */
export async function searchTop(table: PointTable, search: Search, limit: number): Promise<readonly Hit[]> {
  if (limit === 0) return [];
  const watch = table.watch();
  try {
    const slots = search.filter === undefined ? undefined : await selectSlots(table, search.filter);
    const judged = new Map<number, Ranked>();
    for (let slack = SLACK; ; slack = 2 * slack + watch.all.size) {
      const wanted = { query: search.vector, limit: limit + slack, capacity: table.capacity, slots };
      const found = await scanColumn(search.column, wanted);
      await judgeMost(table, search, { watch, judged });
      // From here to the answer in one turn.
      judge(table, search, { watch, judged });
      const stale = found.reduce((sum, { rows }) => sum + rows.filter((row) => watch.all.has(row)).length, 0);
      // Fewer than the slack: what they took from others, others have all the same.
      if (stale < slack) return merge(table, search, { found, judged, limit, watch });
    }
  } finally {
    table.unwatch(watch);
  }
}

/** Points that changed, with their scores as they are now. */
interface Changed {
  readonly watch: Watch;
  readonly judged: Map<number, Ranked>;
}

async function judgeMost(table: PointTable, search: Search, changed: Changed): Promise<void> {
  const breather = new Breather();
  while (changed.watch.pending > ROUND) {
    judge(table, search, changed);
    await breather.pause();
  }
}

/** Judge some of what changed since the last time; all when it is no more than a round. */
function judge(table: PointTable, search: Search, { watch, judged }: Changed): void {
  const test = slotTest(table, search.filter);
  for (const slot of watch.take(ROUND)) {
    judged.delete(slot);
    const id = table.idAt(slot);
    if (id === undefined || !search.column.has(slot) || !test(slot)) continue;
    judged.set(slot, { id, score: search.column.score(slot, search.vector) });
  }
}

function merge(
  table: PointTable,
  search: Search,
  { found, judged, limit, watch }: Changed & { readonly found: readonly ScoredRows[]; readonly limit: number },
): readonly Hit[] {
  const top = new TopHits<Ranked & { readonly slot: number }>(limit, directionOf(search.column));
  const within = thresholdTest(search);
  const offer = (slot: number, { id, score }: Ranked): void => {
    if (id !== search.except && within(score)) top.offer({ slot, id, score });
  };
  for (const { rows, scores } of found) {
    rows.forEach((slot, i) => {
      const id = table.idAt(slot);
      if (id !== undefined && !watch.all.has(slot)) offer(slot, { id, score: scores[i] as number });
    });
  }
  for (const [slot, ranked] of judged) offer(slot, ranked);
  return top.hits.map((hit) => capture(table, search, hit));
}

/** The best groups by their best point; two passes, so that only the chosen ones are filled. */
export async function searchGroups(table: PointTable, search: Search, grouping: Grouping): Promise<readonly Group[]> {
  const direction = directionOf(search.column);
  const chosen = await bestGroups(table, search, grouping);
  const groups = new Map([...chosen].map((key) => [key, new TopHits<Hit>(grouping.groupSize, direction)]));
  const inChosen: Filter = {
    must: [{ kind: 'match', field: grouping.field, anyOf: chosen }],
    should: [],
    mustNot: [],
  };
  const filter = search.filter === undefined ? inChosen : both(inChosen, search.filter);
  await eachScore(table, { ...search, filter }, (slot, ranked) => {
    for (const key of table.scalarsAt(slot, grouping.field)) {
      const group = groups.get(key as GroupKey);
      if (group?.accepts(ranked) === true) group.offer(capture(table, search, { slot, ...ranked }));
    }
  });
  return [...groups]
    .map(([key, top]) => ({ key, hits: top.hits }))
    .filter(({ hits }) => hits.length > 0)
    .sort((a, b) => compareRanked(a.hits[0] as Hit, b.hits[0] as Hit, direction));
}

async function bestGroups(table: PointTable, search: Search, grouping: Grouping): Promise<Set<GroupKey>> {
  const direction = directionOf(search.column);
  const best = new Map<GroupKey, Ranked>();
  let worstKept: Ranked | undefined;
  const prune = (): void => {
    const order = [...best].sort(([, a], [, b]) => compareRanked(a, b, direction));
    for (const [key] of order.slice(grouping.limit)) best.delete(key);
    worstKept = order.length < grouping.limit ? undefined : order[grouping.limit - 1]?.[1];
  };
  await eachScore(table, search, (slot, ranked) => {
    if (worstKept !== undefined && compareRanked(ranked, worstKept, direction) > 0) return;
    for (const key of table.scalarsAt(slot, grouping.field)) {
      if (typeof key === 'boolean') continue;
      const known = best.get(key);
      if (known === undefined || compareRanked(ranked, known, direction) < 0) best.set(key, ranked);
    }
    if (best.size >= 4 * grouping.limit + 64) prune();
  });
  prune();
  return new Set(best.keys());
}

/** Score every point that qualifies, a block at a time. */
async function eachScore(
  table: PointTable,
  search: Search,
  visit: (slot: number, ranked: Ranked) => void,
): Promise<void> {
  const { column, vector, filter } = search;
  const breather = new Breather();
  const narrowed = filter === undefined ? undefined : narrow(table, filter);
  const narrowedAt = table.changes;
  const test = slotTest(table, filter);
  const within = thresholdTest(search);
  const score = (slot: number): void => {
    const id = table.idAt(slot);
    if (id === undefined || id === search.except || !column.has(slot)) return;
    // Slots that an index named may have changed hands while we made room.
    if (filter !== undefined && (narrowed === undefined || table.changes !== narrowedAt) && !test(slot)) return;
    const ranked = { id, score: column.score(slot, vector) };
    if (within(ranked.score)) visit(slot, ranked);
  };
  for (let at = 0; at < (narrowed?.length ?? table.capacity); at += 1) {
    score(narrowed === undefined ? at : (narrowed[at] as number));
    if (at % BLOCK === BLOCK - 1) await breather.pause();
  }
}

function thresholdTest({ column, scoreThreshold }: Search): (score: number) => boolean {
  if (scoreThreshold === undefined) return (score) => !Number.isNaN(score);
  return directionOf(column) === 'ascending' ? (score) => score < scoreThreshold : (score) => score > scoreThreshold;
}

const directionOf = (column: VectorColumn): Direction =>
  isAscending(column.params.distance) ? 'ascending' : 'descending';

function capture(table: PointTable, search: Search, found: Ranked & { readonly slot: number }): Hit {
  return {
    id: found.id,
    score: found.score,
    version: table.versionAt(found.slot),
    place: table.placeAt(found.slot),
    ...(search.withVectors ? { vectors: table.vectorsAt(found.slot) } : {}),
  };
}

const both = (a: Filter, b: Filter): Filter => ({
  must: [...a.must, { kind: 'filter', filter: b }],
  should: [],
  mustNot: [],
});
