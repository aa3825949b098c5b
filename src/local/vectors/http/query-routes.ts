import { parseField, parseFilter } from '../../../domain/filter/parse-filter.js';
import { parsePointId } from '../../../domain/filter/point-id.js';
import type { Collection } from '../engine/collection.js';
import { searchGroups, searchTop } from '../engine/search.js';
import type { Hit, Search } from '../engine/search.js';
import { badFormat, noPoint, translating, unsupported, wrongInput } from '../refusal.js';
import { fields, integer, list, nameOf, text } from './call.js';
import type { Call, Fields, Route } from './call.js';
import { columnOf, parseId, parseVector } from './points-body.js';
import { parseShown, renderPoint } from './render-point.js';
import type { Shown } from './render-point.js';

export const queryRoutes: readonly Route[] = [
  { method: 'POST', path: '/collections/*/points/query', handle: query },
  { method: 'POST', path: '/collections/*/points/query/batch', handle: queryBatch },
  { method: 'POST', path: '/collections/*/points/query/groups', handle: queryGroups },
];

/** A query as far as it is the same for hits and groups. */
interface ParsedQuery {
  readonly search: Search;
  readonly shown: Shown;
}

async function query(call: Call): Promise<unknown> {
  const { collection } = call.database.resolve(nameOf(call));
  return collection.readers.during(() => answer(collection, fields(call.body, 'body')));
}

/** The alias is resolved once, so that one batch never mixes two versions. */
async function queryBatch(call: Call): Promise<unknown> {
  const { collection } = call.database.resolve(nameOf(call));
  const searches = list(fields(call.body, 'body').searches, 'searches').map((one) => fields(one, 'search'));
  return collection.readers.during(async () => {
    const answers: unknown[] = [];
    for (const one of searches) answers.push(await answer(collection, one));
    return answers;
  });
}

async function queryGroups(call: Call): Promise<unknown> {
  const { collection } = call.database.resolve(nameOf(call));
  const body = fields(call.body, 'body');
  refuse(body, ['with_lookup']);
  const { search, shown } = parseQuery(collection, body);
  const grouping = {
    field: translating(() => parseField(text(body.group_by, 'group_by'))),
    groupSize: integer(body.group_size, 'group_size', { least: 1, otherwise: 3 }),
    limit: integer(body.limit, 'limit', { least: 1, otherwise: 10 }),
  };
  return collection.readers.during(async () => {
    const groups = await searchGroups(collection.table, search, grouping);
    return { groups: groups.map(({ key, hits }) => ({ id: key, hits: hits.map((hit) => renderHit(hit, shown)) })) };
  });
}

async function answer(collection: Collection, body: Fields): Promise<unknown> {
  const { search, shown } = parseQuery(collection, body);
  const limit = integer(body.limit, 'limit', { least: 1, otherwise: 10 });
  const offset = integer(body.offset, 'offset', { least: 0, otherwise: 0 });
  const hits = await searchTop(collection.table, search, offset + limit);
  return { points: hits.slice(offset).map((hit) => renderHit(hit, shown)) };
}

function parseQuery(collection: Collection, body: Fields): ParsedQuery {
  refuse(body, ['prefetch', 'lookup_from', 'shard_key']);
  const name = body.using === undefined || body.using === null ? '' : text(body.using, 'using');
  const column = columnOf(collection.table.columns, name);
  const { score_threshold: threshold, filter } = body;
  if (isGiven(threshold) && typeof threshold !== 'number') throw badFormat('score_threshold is not a number');
  const shown = parseShown(body, false);
  return {
    shown,
    search: {
      column,
      ...parseTargetVector(collection, body.query, name),
      ...(typeof threshold === 'number' ? { scoreThreshold: threshold } : {}),
      ...(isGiven(filter) ? { filter: translating(() => parseFilter(filter)) } : {}),
      withVectors: shown.vectors !== false,
    },
  };
}

/** Nearest to a vector, or to a point, which itself is left out. */
function parseTargetVector(
  collection: Collection,
  query: unknown,
  name: string,
): Pick<Search, 'vector'> & Partial<Pick<Search, 'except'>> {
  const column = columnOf(collection.table.columns, name);
  const nearest = nearestOf(query);
  if (Array.isArray(nearest)) return { vector: parseVector(nearest, column) };
  const id = parseId(nearest);
  const slot = collection.table.slotOf(id);
  if (slot === undefined) throw noPoint(id);
  const vector = column.get(slot);
  if (vector === undefined) throw wrongInput(`Vector ${JSON.stringify(name)} not found for point ${id}`);
  return { vector, except: id };
}

function nearestOf(query: unknown): unknown {
  if (!isGiven(query)) throw unsupported('a query without a vector');
  if (Array.isArray(query) || parsePointId(query) !== undefined) return query;
  if (typeof query !== 'object') throw badFormat(`query ${JSON.stringify(query)} is neither a vector nor a point id`);
  const other = Object.keys(query as object).find((key) => key !== 'nearest');
  if (other !== undefined) throw unsupported(`query by ${other}`);
  return fields(query, 'query').nearest;
}

const renderHit = (hit: Hit, shown: Shown): unknown => ({
  ...renderPoint(hit, shown),
  version: hit.version,
  score: hit.score,
});

function refuse(body: Fields, names: readonly string[]): void {
  const name = names.find((one) => isGiven(body[one]));
  if (name !== undefined) throw unsupported(name);
}

const isGiven = (value: unknown): boolean => value !== undefined && value !== null;
