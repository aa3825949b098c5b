/** Rows by number, with their scores at the same places. */
export interface ScoredRows {
  readonly rows: Uint32Array;
  readonly scores: Float32Array;
}

/**
 * Keeps the rows with the best scores out of many, and with the last one kept all that equal it: who of them
 * comes first is decided by ids, which only the main thread knows. A score that is no number is never kept.
 */
export class BestRows {
  private rows: number[] = [];
  private scores: number[] = [];
  /** Rows may be dropped once they score below. */
  private floor = -Infinity;
  private trimAt: number;

  /** @param limit  ≥ 1. @param ascending  Low scores are the better ones; kept negated inside. */
  constructor(
    private readonly limit: number,
    private readonly ascending: boolean,
  ) {
    this.trimAt = 2 * limit + SLACK;
  }

  /** @param scores  Of `rowAt(0)`, `rowAt(1)` … */
  offer(scores: Float32Array, count: number, rowAt: (i: number) => number | undefined): void {
    const sign = this.ascending ? -1 : 1;
    for (let i = 0; i < count; i += 1) {
      const score = sign * scores[i]!;
      if (score >= this.floor) this.keep(score, rowAt(i));
    }
  }

  /** In no particular order; at least the best `limit` rows if there are as many. */
  take(): ScoredRows {
    this.trim();
    const sign = this.ascending ? -1 : 1;
    return { rows: Uint32Array.from(this.rows), scores: Float32Array.from(this.scores, (score) => sign * score) };
  }

  private keep(score: number, row: number | undefined): void {
    if (row === undefined) return;
    this.rows.push(row);
    this.scores.push(score);
    if (this.rows.length >= this.trimAt) this.trim();
  }

  private trim(): void {
    if (this.rows.length <= this.limit) return;
    this.floor = Float32Array.from(this.scores).sort()[this.scores.length - this.limit] as number;
    const kept = this.rows.map((_, i) => i).filter((i) => (this.scores[i] as number) >= this.floor);
    this.rows = kept.map((i) => this.rows[i] as number);
    this.scores = kept.map((i) => this.scores[i] as number);
    // Equal scores all stay: the next trim waits until it has something to do again.
    this.trimAt = 2 * this.rows.length + SLACK;
  }
}

// So that small limits do not trim at every other row.
const SLACK = 256;
