export type Verdict = 'PASS' | 'FAIL' | 'INCONCLUSIVE' | 'NEEDS-JUDGING';

/** Why, for programs and for people. */
export interface Reason {
  readonly code: string;
  /** Half a sentence in plain words, with its figures. */
  readonly text: string;
}

export interface GateOutcome {
  readonly verdict: Verdict;
  /** What decided first, then what else is worth knowing. */
  readonly reasons: readonly Reason[];
  /** Judged queries that would probably decide an undecided primary metric; undefined when none would. */
  readonly queriesNeeded?: number;
}

/**
 * One observation of the gate. `loss` and `harm` fail the candidate, and a loss stands whatever the judgements
 * cover; `doubt` keeps it from passing; `support` speaks for it.
 */
export interface Finding extends Reason {
  readonly weight: 'loss' | 'harm' | 'doubt' | 'support';
}
