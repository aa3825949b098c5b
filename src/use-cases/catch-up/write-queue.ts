/**
 * Runs tasks in the order they are added, a few at a time, so that embedding goes on while earlier points
 * are written. The first failure ends it.
 */
export class WriteQueue {
  private readonly running = new Set<Promise<void>>();
  private failure: { readonly error: unknown } | undefined;

  /** @param atOnce  Tasks under way at most, ≥ 1. */
  constructor(private readonly atOnce: number) {}

  /**
   * Start the task as soon as there is room, which bounds what waits in memory.
   *
   * @throws the failure of an earlier task
   */
  async add(task: () => Promise<void>): Promise<void> {
    while (this.running.size >= this.atOnce) await Promise.race(this.running);
    this.throwFailure();
    const run: Promise<void> = task()
      .catch((error: unknown) => {
        this.failure ??= { error };
      })
      .finally(() => this.running.delete(run));
    this.running.add(run);
  }

  /** Wait for all tasks. @throws the first failure */
  async drain(): Promise<void> {
    await this.settle();
    this.throwFailure();
  }

  /** Wait until nothing is under way, whatever became of it. */
  async settle(): Promise<void> {
    while (this.running.size > 0) await Promise.all(this.running);
  }

  private throwFailure(): void {
    if (this.failure) throw this.failure.error;
  }
}
