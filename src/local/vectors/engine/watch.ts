/** Slots that change while somebody looks at a table piece by piece. */
export class Watch {
  /** All that changed since the watch began. */
  readonly all = new Set<number>();
  private readonly recent = new Set<number>();

  note(slot: number): void {
    this.all.add(slot);
    this.recent.add(slot);
  }

  /** How many changed and were not taken since. */
  get pending(): number {
    return this.recent.size;
  }

  /** At most `limit` of the pending ones, no longer pending then. */
  take(limit: number): readonly number[] {
    const taken: number[] = [];
    for (const slot of this.recent) {
      if (taken.length === limit) break;
      taken.push(slot);
    }
    for (const slot of taken) this.recent.delete(slot);
    return taken;
  }
}
