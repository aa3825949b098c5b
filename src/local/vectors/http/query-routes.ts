import { parseField, parseFilter } from '../../../domain/filter/parse-filter.js';
import { parsePointId } from '../../../domain/filter/point-id.js';
import type { Collection } from '../engine/collection.js';
import { searchGroups, searchTop } from '../engine/search.js';
import type { Hit, Search } from '../engine/search.js';
import type { Resolved } from '../engine/vector-database.js';
import { writeJson } from '../json/exact-json.js';
import { badFormat, noPoint, translating, unsupported, wrongInput } from '../refusal.js';
import { bodyFields, fields, integer, isGiven, list, nameOf, refuseFields, text } from './call.js';
import type { Call, Fields, Route } from './call.js';
import { parseId } from './points-body.js';
import { columnOf, parseVector, vectorSpace } from './vectors-body.js';
import { parseShown, renderPoint } from './render-point.js';
import type { Shown } from './render-point.js';

export const queryRoutes: readonly Route[] = [
  { method: 'POST', path: '/collections/*/points/query', reads: true, handle: query },
  { method: 'POST', path: '/collections/*/points/query/batch', reads: true, handle: queryBatch },
  { method: 'POST', path: '/collections/*/points/query/groups', reads: true, handle: queryGroups },
];

/** A query as far as it is the same for hits and groups. */
interface ParsedQuery {
  readonly search: Search;
  readonly shown: Shown;
}

async function query(call: Call): Promise<unknown> {
  const resolved = call.database.resolve(nameOf(call));
  const body = bodyFields(call);
  return resolved.collection.readers.during(() => answer(resolved, body));
}

/** The alias is resolved once, so that one batch never mixes two versions. */
async function queryBatch(call: Call): Promise<unknown> {
  const resolved = call.database.resolve(nameOf(call));
  const searches = list(bodyFields(call).searches, 'searches').map((one) => fields(one, 'search'));
  return resolved.collection.readers.during(async () => {
    const answers: unknown[] = [];
    for (const one of searches) {
      // A single search takes milliseconds; a long batch is not worth finishing for nobody.
      if (call.isAbandoned()) break;
      answers.push(await answer(resolved, one));
    }
    return answers;
  });
}

async function queryGroups(call: Call): Promise<unknown> {
  const resolved = call.database.resolve(nameOf(call));
  const { collection } = resolved;
  const body = bodyFields(call);
  refuseFields(body, ['with_lookup']);
  const { search, shown } = parseQuery(resolved, body);
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

async function answer(resolved: Resolved, body: Fields): Promise<unknown> {
  const { search, shown } = parseQuery(resolved, body);
  const limit = integer(body.limit, 'limit', { least: 1, otherwise: 10 });
  const offset = integer(body.offset, 'offset', { least: 0, otherwise: 0 });
  const hits = await searchTop(resolved.collection.table, search, offset + limit);
  return { points: hits.slice(offset).map((hit) => renderHit(hit, shown)) };
}

function parseQuery(resolved: Resolved, body: Fields): ParsedQuery {
  refuseFields(body, ['prefetch', 'lookup_from', 'shard_key']);
  const { collection } = resolved;
  const name = isGiven(body.using) ? text(body.using, 'using') : '';
  if (vectorSpace(resolved).sparse.has(name)) throw unsupported('search by a sparse vector');
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
  if (typeof query !== 'object') throw badFormat(`query ${writeJson(query)} is neither a vector nor a point id`);
  const other = Object.keys(query as object).find((key) => key !== 'nearest');
  if (other !== undefined) throw unsupported(`query by ${other}`);
  return fields(query, 'query').nearest;
}

const renderHit = (hit: Hit, shown: Shown): unknown => ({
  ...renderPoint(hit, shown),
  version: hit.version,
  score: hit.score,
});
