import { formatCount, formatDuration } from './format.js';
import { cut, oneLine } from './printable.js';

/** Where a piece of work stands now. */
export interface Snapshot {
  readonly stage: string;
  /** Documents (or queries) done, and in all; 0 in all when that is not known yet. */
  readonly done: number;
  readonly total: number;
  readonly chunks?: number;
  readonly quarantined?: number;
  readonly costUsd?: number;
  readonly note?: string | undefined;
}

/** What one can say of a stage from its snapshots so far. */
export interface Pace {
  /** Chunks, or else documents, per second; undefined until something has moved. */
  readonly perSecond?: number;
  /** Time to the end of the stage at this pace, milliseconds. */
  readonly remainingMs?: number;
}

/** Follows a stage's snapshots; a new stage begins anew. */
export class PaceMeter {
  private first: { readonly at: number; readonly snapshot: Snapshot } | undefined;

  /** @param at  Milliseconds on a clock that only goes forward. */
  read(snapshot: Snapshot, at: number): Pace {
    if (this.first?.snapshot.stage !== snapshot.stage || snapshot.done < this.first.snapshot.done) {
      this.first = { at, snapshot };
      return {};
    }
    const elapsedMs = at - this.first.at;
    const done = snapshot.done - this.first.snapshot.done;
    if (elapsedMs <= 0 || done <= 0) return {};
    const moved = snapshot.chunks === undefined ? done : snapshot.chunks - (this.first.snapshot.chunks ?? 0);
    return {
      perSecond: (moved * 1000) / elapsedMs,
      remainingMs: (Math.max(0, snapshot.total - snapshot.done) * elapsedMs) / done,
    };
  }
}

const BAR = 20;

/** One line for a terminal of `width` columns. */
export function liveLine(snapshot: Snapshot, pace: Pace, width: number): string {
  const share = snapshot.total > 0 ? Math.min(1, snapshot.done / snapshot.total) : undefined;
  const filled = Math.round((share ?? 0) * BAR);
  const bar =
    share === undefined ? [] : [`${'█'.repeat(filled)}${'░'.repeat(BAR - filled)} ${Math.floor(share * 100)} %`];
  // The last column stays free: some terminals wrap as soon as it is written.
  return cut([snapshot.stage, ...bar, ...facts(snapshot, pace)].join('  '), Math.max(1, width - 1));
}

/** The same for a log file. */
export function plainLine(snapshot: Snapshot, pace: Pace): string {
  return oneLine(`${snapshot.stage}: ${facts(snapshot, pace).join(', ') || 'started'}`, 400);
}

function facts(snapshot: Snapshot, { perSecond, remainingMs }: Pace): string[] {
  const { done, total, chunks, quarantined, costUsd, note } = snapshot;
  return [
    ...(total > 0 ? [`${formatCount(done)} of ${formatCount(total)}`] : done > 0 ? [formatCount(done)] : []),
    ...(chunks ? [`${formatCount(chunks)} chunks`] : []),
    ...(perSecond === undefined ? [] : [`${formatCount(perSecond)}${chunks === undefined ? '' : ' chunks'}/s`]),
    ...(remainingMs === undefined || done >= total ? [] : [`${formatDuration(remainingMs)} left`]),
    ...(quarantined ? [`${formatCount(quarantined)} quarantined`] : []),
    ...(costUsd ? [`$${costUsd.toFixed(2)}`] : []),
    ...(note ? [note] : []),
  ];
}
