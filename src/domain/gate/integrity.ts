import type { Revision, VersionNumber } from '../ids.js';
import type { GatePolicy } from './policy.js';
import type { Reason } from './verdict.js';

/** What must hold of one side before its figures mean anything. */
export interface SideFacts {
  readonly version: VersionNumber;
  readonly watermark: Revision;
  readonly verifiedWatermark: Revision | undefined;
}

export interface StandingFacts {
  /** Head of the log as it was frozen, and as it is. */
  readonly frozenHead: Revision;
  readonly head: Revision;
  /** Whoever holds a freeze now; undefined when nobody does. */
  readonly freezeOwner: string | undefined;
  readonly expectedOwner: string;
  readonly live: SideFacts | undefined;
  readonly candidate: SideFacts;
}

/**
 * Whether both sides show one and the same corpus. Asked before the first query and again after the last:
 * below a moving head an equal watermark is not equal content.
 */
export function findStandingProblems(facts: StandingFacts): readonly Reason[] {
  const problems: Reason[] = [];
  const { frozenHead, head, freezeOwner, expectedOwner, candidate, live } = facts;
  if (head !== frozenHead) {
    problems.push({
      code: 'CORPUS_MOVED',
      text: `the corpus log moved from revision ${frozenHead} to ${head} during the comparison`,
    });
  }
  if (freezeOwner !== undefined && freezeOwner !== expectedOwner) {
    problems.push({ code: 'FREEZE_LOST', text: `the log is frozen by "${freezeOwner}" now, not by this comparison` });
  }
  for (const side of live ? [live, candidate] : [candidate]) {
    if (side.watermark === frozenHead) continue;
    problems.push({
      code: 'NOT_AT_HEAD',
      text: `version ${side.version} stands at revision ${side.watermark}, the frozen log at ${frozenHead}`,
    });
  }
  if (candidate.verifiedWatermark !== frozenHead) problems.push(unverified(candidate, frozenHead));
  if (live && live.verifiedWatermark === undefined) problems.push(unverified(live, frozenHead));
  return problems;
}

const unverified = ({ version, verifiedWatermark }: SideFacts, head: Revision): Reason => ({
  code: 'NOT_VERIFIED',
  text:
    verifiedWatermark === undefined
      ? `version ${version} was never verified`
      : `version ${version} is verified up to revision ${verifiedWatermark}, the frozen log stands at ${head}`,
});

export interface SearchFacts {
  /** Share of the exact top k that approximate search finds; undefined where the store only searches exactly. */
  readonly annRecall: { readonly live: number | null; readonly candidate: number } | undefined;
  /** Documents the candidate quarantines and live does not: how many, and some of them. */
  readonly newlyQuarantined: { readonly count: number; readonly examples: readonly string[] };
}

/** Whether the figures would measure the versions, and not a half-built graph or a missing document. */
export function findSearchProblems(policy: Pick<GatePolicy, 'annRecall' | 'k'>, facts: SearchFacts): readonly Reason[] {
  const problems: Reason[] = [];
  for (const [side, recall] of Object.entries(facts.annRecall ?? {})) {
    if (recall === null || recall >= policy.annRecall) continue;
    problems.push({
      code: 'ANN_RECALL_LOW',
      text: `approximate search on the ${side} side finds ${share(recall)} of the true top ${policy.k}, at least ${share(policy.annRecall)} are wanted`,
    });
  }
  const { count, examples } = facts.newlyQuarantined;
  if (count > 0) {
    problems.push({
      code: 'NEWLY_QUARANTINED',
      text: `the candidate quarantines ${count === 1 ? 'a document' : `${count} documents`} that live serves: ${examples.join(', ')}${count > examples.length ? ', …' : ''}`,
    });
  }
  return problems;
}

const share = (value: number): string => `${(value * 100).toFixed(1)} %`;
