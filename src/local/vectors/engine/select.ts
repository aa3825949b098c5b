import type { Condition, Field, Filter } from '../../../domain/filter/filter.js';
import { scalarsOf } from './field-index.js';
import { matchesFilter } from '../../../domain/filter/matches-filter.js';
import type { FilterSubject } from '../../../domain/filter/matches-filter.js';
import { valuesAt } from '../../../domain/filter/payload-path.js';
import type { PointId } from '../../../domain/filter/point-id.js';
import type { JsonObject } from '../../../domain/json.js';
import { Breather } from './breather.js';
import type { PointTable } from './point-table.js';

// Rows looked at before asking whether it is time to make room: reading a payload takes some 5 µs.
const BLOCK = 128;

const FEW = 1024;
const MANY = 16_384;

/** Test for one slot as it is now; false for a free one. */
export type SlotTest = (slot: number) => boolean;

export function slotTest(table: PointTable, filter: Filter | undefined): SlotTest {
  if (filter === undefined) return (slot) => table.idAt(slot) !== undefined;
  const subject = new SlotSubject(table);
  return (slot) => subject.moveTo(slot) && matchesFilter(filter, subject);
}

/**
 * Slots that match, found through indexes without looking at every point.
 *
 * @returns undefined when there is no such way
 */
export function narrow(table: PointTable, filter: Filter): readonly number[] | undefined {
  let best: readonly number[] | undefined;
  // A range looks at every point, if quickly: only when nothing else left few.
  const quickestFirst = [...filter.must].sort((a, b) => Number(a.kind === 'range') - Number(b.kind === 'range'));
  for (const condition of quickestFirst) {
    if (condition.kind === 'range' && best !== undefined && best.length <= FEW) continue;
    const slots = slotsOf(table, condition);
    if (slots !== undefined && (best === undefined || slots.length < best.length)) best = slots;
  }
  if (best !== undefined && isOnly(filter)) return best;
  // Testing many by one takes long, and here nobody else gets a turn.
  if (best !== undefined && best.length > MANY) return undefined;
  // With hundreds of alternatives each branch must be tested by itself: all against all would be quadratic.
  const branches = best === undefined ? unionOf(table, filter.should) : undefined;
  if (branches !== undefined) {
    return branches.filter(slotTest(table, { must: filter.must, should: [], mustNot: filter.mustNot }));
  }
  return best?.filter(slotTest(table, filter));
}

const isOnly = ({ must, should, mustNot }: Filter): boolean =>
  must.length === 1 && should.length === 0 && mustNot.length === 0;

/** Slots that match now, through an index or by a scan that makes room for others. */
export async function selectSlots(table: PointTable, filter: Filter): Promise<readonly number[]> {
  const narrowed = narrow(table, filter);
  if (narrowed !== undefined) return narrowed;
  const test = slotTest(table, filter);
  const found: number[] = [];
  await eachSlot(table, (slot) => {
    if (test(slot)) found.push(slot);
  });
  return found;
}

/** Visit every slot once, making room for others in between. */
export async function eachSlot(table: PointTable, visit: (slot: number) => void): Promise<void> {
  const breather = new Breather();
  for (let slot = 0; slot < table.capacity; slot += 1) {
    visit(slot);
    if (slot % BLOCK === BLOCK - 1) await breather.pause();
  }
}

function unionOf(table: PointTable, conditions: readonly Condition[]): readonly number[] | undefined {
  if (conditions.length === 0) return undefined;
  const union = new Set<number>();
  for (const condition of conditions) {
    const slots = slotsOf(table, condition);
    if (slots === undefined) return undefined;
    for (const slot of slots) union.add(slot);
  }
  return [...union];
}

/** Exactly the slots that meet a condition, if an index knows them. */
function slotsOf(table: PointTable, condition: Condition): readonly number[] | undefined {
  if (condition.kind === 'filter') return narrow(table, condition.filter);
  if (condition.kind === 'has-id') {
    return [...condition.ids].flatMap((id) => table.slotOf(id) ?? []);
  }
  if (condition.kind !== 'match' && condition.kind !== 'range') return undefined;
  const index = table.index(condition.field.name);
  if (index?.complete !== true) return undefined;
  return condition.kind === 'match' ? index.slotsOf(condition.anyOf) : index.slotsWithin(condition.range);
}

/** One slot after the other as a filter sees it; its payload is read at most once, and only when no index answers. */
class SlotSubject implements FilterSubject {
  id: PointId = 0;
  private slot = 0;
  private payload: JsonObject | undefined;

  constructor(private readonly table: PointTable) {}

  /** @returns false when the slot is free */
  moveTo(slot: number): boolean {
    const id = this.table.idAt(slot);
    if (id === undefined) return false;
    this.id = id;
    this.slot = slot;
    this.payload = undefined;
    return true;
  }

  values(field: Field): readonly unknown[] {
    this.payload ??= this.table.payloadAt(this.slot);
    return valuesAt(this.payload, field.path);
  }

  scalars(field: Field): readonly unknown[] {
    const index = this.table.index(field.name);
    if (index?.complete === true) return index.scalars(this.slot);
    this.payload ??= this.table.payloadAt(this.slot);
    return scalarsOf(this.payload, field);
  }
}
