import type { Condition, Field, Filter } from '../../../domain/filter/filter.js';
import { matchesFilter } from '../../../domain/filter/matches-filter.js';
import type { FilterSubject } from '../../../domain/filter/matches-filter.js';
import { valuesAt } from '../../../domain/filter/payload-path.js';
import type { PointId } from '../../../domain/filter/point-id.js';
import type { JsonObject } from '../../../domain/json.js';
import { Breather } from './breather.js';
import type { PointTable } from './point-table.js';

// Rows looked at before asking whether it is time to make room: reading a payload takes some 5 µs.
const BLOCK = 128;

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
  for (const condition of filter.must) {
    const slots = slotsOf(table, condition);
    if (slots !== undefined && (best === undefined || slots.length < best.length)) best = slots;
  }
  // With hundreds of alternatives each branch must be tested by itself: all against all would be quadratic.
  const branches = best === undefined ? unionOf(table, filter.should) : undefined;
  if (branches !== undefined) {
    return branches.filter(slotTest(table, { must: filter.must, should: [], mustNot: filter.mustNot }));
  }
  return best?.filter(slotTest(table, filter));
}

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
  if (condition.kind !== 'match') return undefined;
  const index = table.index(condition.field.name);
  return index?.complete === true ? index.slotsOf(condition.anyOf) : undefined;
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
    return this.table.scalarsAt(this.slot, field);
  }
}
