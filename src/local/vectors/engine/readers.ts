import type { AppendLog } from '../storage/append-log.js';

/**
 * Requests that may still read from a log a compaction has replaced. Such a log is closed
 * when the last request has ended that began before it was retired.
 */
export class Readers {
  private generation = 0;
  private readonly active = new Map<number, number>();
  private retired: { readonly log: AppendLog; readonly generation: number }[] = [];

  /** Run `work` with every log it may come across kept open. */
  async during<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.generation;
    this.active.set(mine, (this.active.get(mine) ?? 0) + 1);
    try {
      return await work();
    } finally {
      const left = (this.active.get(mine) as number) - 1;
      if (left === 0) this.active.delete(mine);
      else this.active.set(mine, left);
      await this.closeUnread();
    }
  }

  /** `log` is no longer written and will be closed when nobody can be reading it. */
  async retire(log: AppendLog): Promise<void> {
    this.retired.push({ log, generation: this.generation });
    this.generation += 1;
    await this.closeUnread();
  }

  private async closeUnread(): Promise<void> {
    const oldest = Math.min(...this.active.keys());
    const unread = this.retired.filter(({ generation }) => generation < oldest);
    this.retired = this.retired.filter(({ generation }) => generation >= oldest);
    await Promise.all(unread.map(({ log }) => log.close()));
  }
}
