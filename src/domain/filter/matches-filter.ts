import { parseDatetime } from './datetime.js';
import type { Condition, Field, Filter, Range, Scalar } from './filter.js';
import type { PointId } from './point-id.js';

/** What a filter is held against: one point. */
export interface FilterSubject {
  readonly id: PointId;
  /** Every value of the field; an array at its end is one value. */
  values(field: Field): readonly unknown[];
  /** At least the strings, numbers and booleans of the field, taken out of an array at its end. */
  scalars(field: Field): readonly unknown[];
}

/** Qdrant's rules: a condition on an array holds when it holds for one element; absent fields match nothing. */
export function matchesFilter(filter: Filter, subject: FilterSubject): boolean {
  const holds = (condition: Condition): boolean => matchesCondition(condition, subject);
  return (
    filter.must.every(holds) && !filter.mustNot.some(holds) && (filter.should.length === 0 || filter.should.some(holds))
  );
}

export function matchesCondition(condition: Condition, subject: FilterSubject): boolean {
  switch (condition.kind) {
    case 'match':
      return subject.scalars(condition.field).some((value) => condition.anyOf.has(value as Scalar));
    case 'range':
      return subject.scalars(condition.field).some((value) => inRange(value, condition.range));
    case 'datetime-range':
      return subject.scalars(condition.field).some((value) => inRange(momentOf(value), condition.range));
    case 'values-count':
      return subject.values(condition.field).some((value) => inRange(countOf(value), condition.range));
    case 'except':
      return spread(subject.values(condition.field)).some((value) => isOther(value, condition.noneOf));
    case 'is-empty':
      return subject.values(condition.field).every(isEmpty);
    case 'is-null':
      return spread(subject.values(condition.field)).some((value) => value === null);
    case 'has-id':
      return condition.ids.has(subject.id);
    case 'filter':
      return matchesFilter(condition.filter, subject);
  }
}

/** Values of a field with an array at its end taken apart, one level deep. */
export const spread = (values: readonly unknown[]): readonly unknown[] =>
  values.some((value) => Array.isArray(value)) ? values.flatMap((value) => value as unknown[]) : values;

function inRange(value: unknown, { gt, gte, lt, lte }: Range): boolean {
  if (typeof value !== 'number' && typeof value !== 'bigint') return false;
  return !(
    (gt !== undefined && value <= gt) ||
    (gte !== undefined && value < gte) ||
    (lt !== undefined && value >= lt) ||
    (lte !== undefined && value > lte)
  );
}

const momentOf = (value: unknown): number | undefined => (typeof value === 'string' ? parseDatetime(value) : undefined);

/** What stands under a key counts as one value, nothing (`null`) as none. */
const countOf = (value: unknown): number => (Array.isArray(value) ? value.length : Number(value !== null));

const isOther = (value: unknown, noneOf: ReadonlySet<Scalar>): boolean =>
  value !== null && !noneOf.has(value as Scalar);

const isEmpty = (value: unknown): boolean => value === null || (Array.isArray(value) && value.length === 0);
