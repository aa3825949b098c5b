import type { Field, Range, Scalar } from '../../../domain/filter/filter.js';
import { spread } from '../../../domain/filter/matches-filter.js';
import { valuesAt } from '../../../domain/filter/payload-path.js';
import type { JsonObject } from '../../../domain/json.js';
import type { PayloadIndex } from '../../../domain/version/identity.js';
import { grown } from './grown.js';
import { Postings } from './postings.js';

const NONE: readonly Scalar[] = [];

/** A payload field kept in memory: its scalars by slot and, for keywords, slots by value. */
export class FieldIndex {
  /** Points that have at least one value. */
  points = 0;
  /** False while it is being filled: nobody may rely on it yet. */
  complete = false;
  /** Where the type is numeric, points with exactly one number; NaN for others. */
  private numbers = new Float64Array(0);
  private slots = 0;
  /** Everything else; a lone value stands for itself. */
  private readonly bySlot = new Map<number, Scalar | readonly Scalar[]>();
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
    this.keep(slot, after);
  }

  scalars(slot: number): readonly Scalar[] {
    const number = slot < this.slots ? this.numbers[slot] : undefined;
    if (number !== undefined && !Number.isNaN(number)) return [number];
    const kept = this.bySlot.get(slot);
    if (kept === undefined) return NONE;
    return typeof kept === 'object' ? kept : [kept];
  }

  /** Slots with a number in the range; undefined when only a scan can tell. */
  slotsWithin(range: Range): readonly number[] | undefined {
    if (!this.isNumeric) return undefined;
    const within = rangeTest(range);
    const found: number[] = [];
    for (let slot = 0; slot < this.slots; slot += 1) if (within(this.numbers[slot]!)) found.push(slot);
    for (const [slot, kept] of this.bySlot) {
      const values = typeof kept === 'object' ? kept : [kept];
      if (values.some((value) => isNumber(value) && within(value))) found.push(slot);
    }
    return found;
  }

  private keep(slot: number, values: readonly Scalar[]): void {
    const [value] = values;
    const isPlain = this.isNumeric && values.length === 1 && typeof value === 'number';
    if (this.isNumeric) this.setNumber(slot, isPlain ? value : NaN);
    if (isPlain || value === undefined) this.bySlot.delete(slot);
    else this.bySlot.set(slot, values.length === 1 ? value : values);
  }

  private setNumber(slot: number, value: number): void {
    this.numbers = grown(this.numbers, slot + 1);
    for (; this.slots <= slot; this.slots += 1) this.numbers[this.slots] = NaN;
    this.numbers[slot] = value;
  }

  private get isNumeric(): boolean {
    return this.type === 'integer' || this.type === 'float';
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

/** NaN is in no range. */
function rangeTest({ gt = -Infinity, gte = -Infinity, lt = Infinity, lte = Infinity }: Range) {
  return (value: number | bigint): boolean => value > gt && value >= gte && value < lt && value <= lte;
}

const isNumber = (value: Scalar): value is number | bigint => typeof value === 'number' || typeof value === 'bigint';

/** Strings, numbers and booleans of a field, repeats left out. */
export function scalarsOf(payload: JsonObject, field: Field): readonly Scalar[] {
  const [step, ...deeper] = field.path;
  if (typeof step === 'object' && deeper.length === 0) {
    // Nearly every field: a value by its key.
    const value: unknown = Object.hasOwn(payload, step.key) ? payload[step.key] : null;
    if (typeof value !== 'object') return [value as Scalar];
    if (value === null) return NONE;
  }
  const values = spread(valuesAt(payload, field.path)).filter((value): value is Scalar => typeof value !== 'object');
  return values.length > 1 ? [...new Set(values)] : values;
}

const sameValues = (a: readonly Scalar[], b: readonly Scalar[]): boolean =>
  a.length === b.length && a.every((value, i) => value === b[i]);
