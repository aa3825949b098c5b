import type { JsonObject } from '../json.js';
import { FilterError } from './filter.js';
import type { Condition, Field, Filter, Range, Scalar } from './filter.js';
import { isJsonObject, parsePayloadPath } from './payload-path.js';
import { parsePointId } from './point-id.js';

/**
 * Read a filter in Qdrant's own form. Known: `must`, `should`, `must_not` (nested), `match` value, any and except,
 * `range` of numbers, `has_id`, `is_empty`, `is_null`.
 *
 * @throws {FilterError} for anything else, naming it.
 */
export function parseFilter(value: unknown): Filter {
  if (!isJsonObject(value)) throw malformed('a filter is an object');
  refuseOthers(value, ['must', 'should', 'must_not'], 'filter clause');
  return { must: clause(value.must), should: clause(value.should), mustNot: clause(value.must_not) };
}

/** @throws {FilterError} when the name is no path we can follow. */
export function parseField(name: unknown): Field {
  if (typeof name !== 'string') throw malformed('a payload key is a string');
  const path = parsePayloadPath(name);
  if (path === undefined) throw new FilterError('unsupported', `payload path ${JSON.stringify(name)}`);
  return { name, path };
}

function clause(value: unknown): readonly Condition[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value.map(condition) : [condition(value)];
}

function condition(value: unknown): Condition {
  if (!isJsonObject(value)) throw malformed('a condition is an object');
  if ('key' in value) return fieldCondition(value);
  if ('has_id' in value) return hasId(only(value, 'has_id'));
  if ('is_empty' in value) return { kind: 'is-empty', field: keyOf(only(value, 'is_empty')) };
  if ('is_null' in value) return { kind: 'is-null', field: keyOf(only(value, 'is_null')) };
  return { kind: 'filter', filter: parseFilter(value) };
}

function fieldCondition(value: JsonObject): Condition {
  refuseOthers(value, ['key', 'match', 'range'], 'condition');
  const field = parseField(value.key);
  const { match, range } = value;
  if (isJsonObject(match) && isJsonObject(range)) {
    throw new FilterError('unsupported', 'match and range in one condition; write two conditions');
  }
  if (isJsonObject(match)) return matchCondition(field, match);
  if (isJsonObject(range)) return { kind: 'range', field, range: parseRange(range) };
  throw malformed(`condition on ${JSON.stringify(field.name)} has neither match nor range`);
}

function matchCondition(field: Field, match: JsonObject): Condition {
  if ('value' in match) return { kind: 'match', field, anyOf: scalars([only(match, 'value')], true) };
  if ('any' in match) return { kind: 'match', field, anyOf: scalars(only(match, 'any'), false) };
  if ('except' in match) return { kind: 'except', field, noneOf: scalars(only(match, 'except'), false) };
  throw new FilterError('unsupported', `match by ${Object.keys(match).join(', ')}`);
}

function scalars(value: unknown, booleans: boolean): ReadonlySet<Scalar> {
  if (!Array.isArray(value)) throw malformed('match any and except take a list');
  const type = typeof value[0];
  for (const one of value) {
    const known = typeof one === 'string' || Number.isSafeInteger(one) || (booleans && typeof one === 'boolean');
    if (!known || typeof one !== type) throw malformed('match takes strings or integers, not a mixture');
  }
  return new Set(value as Scalar[]);
}

function parseRange(value: JsonObject): Range {
  refuseOthers(value, ['gt', 'gte', 'lt', 'lte'], 'range bound');
  for (const [bound, limit] of Object.entries(value)) {
    if (typeof limit === 'string') throw new FilterError('unsupported', `range ${bound} of a date`);
    if (limit !== null && typeof limit !== 'number') throw malformed(`range ${bound} is no number`);
  }
  return Object.fromEntries(Object.entries(value).filter(([, limit]) => limit !== null)) as Range;
}

function hasId(value: unknown): Condition {
  if (!Array.isArray(value)) throw malformed('has_id takes a list of point ids');
  const ids = value.map((one) => {
    const id = parsePointId(one);
    if (id === undefined) throw malformed(`${JSON.stringify(one)} is not a point id`);
    return id;
  });
  return { kind: 'has-id', ids: new Set(ids) };
}

function keyOf(value: unknown): Field {
  if (!isJsonObject(value)) throw malformed('is_empty and is_null take {key}');
  return parseField(only(value, 'key'));
}

function only(value: JsonObject, key: string): unknown {
  refuseOthers(value, [key], 'condition');
  return value[key];
}

function refuseOthers(value: JsonObject, known: readonly string[], what: string): void {
  const other = Object.keys(value).find((key) => !known.includes(key) && value[key] !== null);
  if (other !== undefined) throw new FilterError('unsupported', `${what} ${JSON.stringify(other)}`);
}

const malformed = (message: string): FilterError => new FilterError('malformed', message);
