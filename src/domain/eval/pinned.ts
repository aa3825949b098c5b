import type { DocId } from '../ids.js';
import type { PinnedOutcome, PinnedReport } from './report.js';
import type { Run } from './trec.js';

export interface PinnedExpectation {
  readonly id: string;
  readonly text: string;
  /** Document that must not leave the top k. */
  readonly expected: DocId;
}

/** What became of the pinned documents: lost is what live showed among its first `k` and the candidate does not. */
export function describePinned(
  pinned: readonly PinnedExpectation[],
  k: number,
  runs: { readonly live: Run | undefined; readonly candidate: Run },
): PinnedReport {
  const rankIn = (run: Run | undefined, { id, expected }: PinnedExpectation) => {
    const place = (run?.get(id) ?? []).findIndex(({ docId }) => docId === expected);
    return place === -1 ? null : place + 1;
  };
  const isShown = (rank: number | null) => rank !== null && rank <= k;
  const outcomes = pinned.map((query): PinnedOutcome => {
    const { id, text, expected } = query;
    return {
      query: id,
      text,
      expected,
      liveRank: rankIn(runs.live, query),
      candidateRank: rankIn(runs.candidate, query),
    };
  });
  const absent = outcomes.filter(({ candidateRank }) => !isShown(candidateRank));
  return {
    total: pinned.length,
    lost: absent.filter(({ liveRank }) => isShown(liveRank)),
    missing: absent.filter(({ liveRank }) => !isShown(liveRank)),
  };
}
