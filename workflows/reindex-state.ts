import { defineQuery, setHandler } from '@temporalio/workflow';
import {
  MESSAGES,
  type ReindexInput,
  type ReindexOutcome,
  type ReindexPhase,
  type ReindexProgress,
  type ReindexResult,
  type ScanResult,
} from '../src/contracts/workflows.js';
import type { ComparisonOutcome, VersionSummary } from '../src/contracts/activities.js';
import { label } from './labels.js';

const progressQuery = defineQuery<ReindexProgress>(MESSAGES.progress);

/** Where a reindex stands, for its query, its search attributes and its result. */
export class ReindexState {
  phase: ReindexPhase = 'scanning';
  version: number | null = null;
  comparison: ComparisonOutcome | undefined;
  decisionDeadline: string | null = null;
  scanned: ScanResult | undefined;

  constructor(private readonly input: ReindexInput) {
    setHandler(progressQuery, () => this.progress());
    this.enter('scanning');
  }

  enter(phase: ReindexPhase): void {
    this.phase = phase;
    label({ index: this.input.index, version: this.version, phase });
  }

  private progress(): ReindexProgress {
    return {
      phase: this.phase,
      version: this.version,
      verdict: this.comparison?.verdict ?? null,
      comparisonId: this.comparison?.comparisonId ?? null,
      reportDigest: this.comparison?.reportDigest ?? null,
      decisionDeadline: this.decisionDeadline,
    };
  }

  /** @param summary  Of the version the result speaks of; undefined when the index has none. */
  result(outcome: ReindexOutcome, version: number | null, summary: VersionSummary | undefined): ReindexResult {
    const { documents = 0, chunks = 0, embedded = 0, cacheHits = 0, quarantined = 0 } = summary ?? {};
    return {
      outcome,
      version,
      state: summary?.state ?? null,
      documents,
      chunks,
      embedded,
      cacheHits,
      quarantined,
      skipped: Math.max(0, (this.scanned?.scanned ?? 0) - documents - quarantined),
      verdict: this.comparison?.verdict ?? null,
      comparisonId: this.comparison?.comparisonId ?? null,
      promoted: outcome === 'promoted',
    };
  }
}
