import type { JsonObject } from '../json.js';
import { parseDatetime } from './datetime.js';
import { FilterError } from './filter.js';
import type { Condition, Field, Filter, Range, Scalar } from './filter.js';
import { isJsonObject, parsePayloadPath } from './payload-path.js';
import { parsePointId } from './point-id.js';

/**
 * Read a filter in Qdrant's own form. Known: `must`, `should`, `must_not` (nested), `match` value, any and except,
 * `range` of numbers and of dates, `values_count`, `has_id`, `is_empty`, `is_null`.
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

const FIELD_TESTS = ['match', 'range', 'values_count', 'is_empty', 'is_null'] as const;

function fieldCondition(value: JsonObject): Condition {
  refuseOthers(value, ['key', ...FIELD_TESTS], 'condition');
  const field = parseField(value.key);
  const [test, second] = FIELD_TESTS.filter((name) => value[name] !== undefined && value[name] !== null);
  if (test === undefined) throw malformed(`condition on ${JSON.stringify(field.name)} says nothing about its value`);
  if (second !== undefined) {
    throw new FilterError('unsupported', `${test} and ${second} in one condition; write two conditions`);
  }
  return fieldTest(field, test, value[test]);
}

function fieldTest(field: Field, test: (typeof FIELD_TESTS)[number], value: unknown): Condition {
  if (test === 'is_empty') return unless(value, { kind: 'is-empty', field });
  if (test === 'is_null') return unless(value, { kind: 'is-null', field });
  if (!isJsonObject(value)) throw malformed(`${test} on ${JSON.stringify(field.name)} is not an object`);
  if (test === 'match') return matchCondition(field, value);
  return test === 'range' ? rangeCondition(field, value) : valuesCount(field, value);
}

/** `{key, is_empty: false}` is the opposite of `{key, is_empty: true}`. */
function unless(wanted: unknown, condition: Condition): Condition {
  if (typeof wanted !== 'boolean') throw malformed('is_empty and is_null of a key are booleans');
  return wanted ? condition : { kind: 'filter', filter: { must: [], should: [], mustNot: [condition] } };
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
    const known = typeof one === 'string' || isInteger(one) || (booleans && typeof one === 'boolean');
    const isAlike = typeof one === type || (isInteger(one) && isInteger(value[0]));
    if (!known || !isAlike) throw malformed('match takes strings or integers, not a mixture');
  }
  return new Set(value as Scalar[]);
}

const isInteger = (value: unknown): boolean => Number.isSafeInteger(value) || typeof value === 'bigint';

const BOUNDS = ['gt', 'gte', 'lt', 'lte'] as const;

function rangeCondition(field: Field, value: JsonObject): Condition {
  refuseOthers(value, BOUNDS, 'range bound');
  const limits = Object.values(value).filter((limit) => limit !== null);
  if (limits.length > 0 && limits.every((limit) => typeof limit === 'string')) {
    return { kind: 'datetime-range', field, range: bounds(value, momentBound) };
  }
  return { kind: 'range', field, range: bounds(value, numberBound) };
}

function valuesCount(field: Field, value: JsonObject): Condition {
  refuseOthers(value, BOUNDS, 'values_count bound');
  const range = bounds(value, numberBound);
  if (Object.values(range).some((limit: number) => !Number.isSafeInteger(limit) || limit < 0)) {
    throw malformed('values_count takes integers from 0');
  }
  return { kind: 'values-count', field, range };
}

function bounds(value: JsonObject, read: (limit: unknown, bound: string) => number): Range {
  const given = BOUNDS.filter((bound) => value[bound] !== undefined && value[bound] !== null);
  return Object.fromEntries(given.map((bound) => [bound, read(value[bound], bound)]));
}

function numberBound(limit: unknown, bound: string): number {
  // Qdrant compares doubles here, also for integers that have more digits.
  if (typeof limit === 'number' || typeof limit === 'bigint') return Number(limit);
  throw malformed(`range ${bound} is no number`);
}

function momentBound(limit: unknown, bound: string): number {
  const moment = parseDatetime(limit as string);
  if (moment === undefined) throw malformed(`range ${bound} is no date`);
  return moment;
}

function hasId(value: unknown): Condition {
  if (!Array.isArray(value)) throw malformed('has_id takes a list of point ids');
  const ids = value.map((one) => {
    const id = parsePointId(one);
    if (id === undefined) throw malformed(`${String(one)} is not a point id`);
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
