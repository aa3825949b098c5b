import type { Field, Scalar } from '../../../domain/filter/filter.js';
import { spread } from '../../../domain/filter/matches-filter.js';
import { valuesAt } from '../../../domain/filter/payload-path.js';
import type { JsonObject } from '../../../domain/json.js';
import type { PayloadIndex } from '../../../domain/version/identity.js';
import { Postings } from './postings.js';

const NONE: readonly Scalar[] = [];

/** A payload field kept in memory: its scalars by slot and, for keywords, slots by value. */
export class FieldIndex {
  /** Points that have at least one value. */
  points = 0;
  /** False while it is being filled: nobody may rely on it yet. */
  complete = false;
  private readonly bySlot: (readonly Scalar[] | undefined)[] = [];
  private readonly postings: Postings | undefined;

  constructor(
    readonly field: Field,
    readonly type: PayloadIndex['type'],
  ) {
    this.postings = type === 'keyword' ? new Postings() : undefined;
  }

  set(slot: number, payload: JsonObject | undefined): void {
    const before = this.scalars(slot);
    const after = payload === undefined ? NONE : scalarsOf(payload, this.field);
    if (sameValues(before, after)) return;
    for (const value of before) if (typeof value === 'string') this.postings?.remove(value, slot);
    for (const value of after) if (typeof value === 'string') this.postings?.add(value, slot);
    this.points += Number(after.length > 0) - Number(before.length > 0);
    this.bySlot[slot] = after.length === 0 ? undefined : after;
  }

  scalars(slot: number): readonly Scalar[] {
    return this.bySlot[slot] ?? NONE;
  }

  /** Slots whose field has one of these values; undefined when only a scan can tell. */
  slotsOf(values: ReadonlySet<Scalar>): readonly number[] | undefined {
    const { postings } = this;
    if (postings === undefined) return undefined;
    const found: number[] = [];
    for (const value of values) {
      if (typeof value !== 'string') return undefined;
      for (const slot of postings.get(value)) found.push(slot);
    }
    return values.size > 1 ? [...new Set(found)] : found;
  }
}

/** Strings, numbers and booleans of a field, repeats left out. */
export function scalarsOf(payload: JsonObject, field: Field): readonly Scalar[] {
  const values = spread(valuesAt(payload, field.path)).filter(
    (value): value is Scalar => typeof value !== 'object',
  );
  return values.length > 1 ? [...new Set(values)] : values;
}

const sameValues = (a: readonly Scalar[], b: readonly Scalar[]): boolean =>
  a.length === b.length && a.every((value, i) => value === b[i]);
