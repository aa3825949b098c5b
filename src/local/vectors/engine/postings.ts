// Up to here an array beats a set in memory and in time; most values (document ids) have one to ten points.
const SMALL = 32;

/** Slots by value. */
export class Postings {
  private readonly byValue = new Map<string, number | number[] | Set<number>>();

  add(value: string, slot: number): void {
    const slots = this.byValue.get(value);
    if (slots === undefined) this.byValue.set(value, slot);
    else if (typeof slots === 'number') this.byValue.set(value, [slots, slot]);
    else if (slots instanceof Set) slots.add(slot);
    else if (slots.length < SMALL) slots.push(slot);
    else this.byValue.set(value, new Set([...slots, slot]));
  }

  remove(value: string, slot: number): void {
    const slots = this.byValue.get(value);
    if (slots === slot) this.byValue.delete(value);
    else if (slots instanceof Set) slots.delete(slot);
    else if (Array.isArray(slots)) this.removeSmall(value, slots, slot);
  }

  get(value: string): readonly number[] {
    const slots = this.byValue.get(value);
    if (slots === undefined) return [];
    return typeof slots === 'number' ? [slots] : [...slots];
  }

  private removeSmall(value: string, slots: number[], slot: number): void {
    const at = slots.indexOf(slot);
    if (at >= 0) slots.splice(at, 1);
    if (slots.length === 0) this.byValue.delete(value);
  }
}
