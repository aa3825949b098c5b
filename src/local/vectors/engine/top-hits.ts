import { comparePointIds } from '../../../domain/filter/point-id.js';
import type { PointId } from '../../../domain/filter/point-id.js';

export interface Ranked {
  readonly id: PointId;
  readonly score: number;
}

/** Whether a low or a high score is the better one. */
export type Direction = 'ascending' | 'descending';

/** The total order of answers: better score first, equal scores by id. Negative when `a` comes first. */
export function compareRanked(a: Ranked, b: Ranked, direction: Direction): number {
  if (a.score !== b.score) return a.score < b.score === (direction === 'ascending') ? -1 : 1;
  return comparePointIds(a.id, b.id);
}

/** The best `limit` hits offered so far, in order; an id is held once, as it was offered last. */
export class TopHits<Hit extends Ranked> {
  private readonly sorted: Hit[] = [];
  private readonly members = new Set<PointId>();

  constructor(
    private readonly limit: number,
    private readonly direction: Direction,
  ) {}

  get hits(): readonly Hit[] {
    return this.sorted;
  }

  accepts(hit: Ranked): boolean {
    const worst = this.sorted.length < this.limit ? undefined : this.sorted[this.sorted.length - 1];
    return worst === undefined || compareRanked(hit, worst, this.direction) < 0;
  }

  offer(hit: Hit): void {
    if (!this.accepts(hit)) return;
    // Deleted and inserted again while the scan was under way: the later one counts.
    if (this.members.has(hit.id)) {
      this.sorted.splice(
        this.sorted.findIndex((other) => other.id === hit.id),
        1,
      );
    }
    this.sorted.splice(this.placeOf(hit), 0, hit);
    this.members.add(hit.id);
    if (this.sorted.length > this.limit) this.members.delete((this.sorted.pop() as Hit).id);
  }

  private placeOf(hit: Hit): number {
    let low = 0;
    let high = this.sorted.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (compareRanked(this.sorted[middle] as Hit, hit, this.direction) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
