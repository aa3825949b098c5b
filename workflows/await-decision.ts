import { allHandlersFinished, condition, defineUpdate, setHandler } from '@temporalio/workflow';
import { checkDecision, decideUnasked, POLICY_ACTOR } from '../src/domain/alias/approval.js';
import { MESSAGES, type DecideInput, type ReindexInput } from '../src/contracts/workflows.js';
import type { ComparisonOutcome } from '../src/contracts/activities.js';
import { asFailure, finalFailure, rootFailure } from './failures.js';
import { brief } from './proxies.js';
import type { ReindexState } from './reindex-state.js';

const decide = defineUpdate<void, [DecideInput]>(MESSAGES.decide);

export type DecisionReached = 'approved' | 'rejected' | 'expired';

/** The policy or `--approve` decides at once; otherwise a person does, in time, or the candidate is rejected. */
export async function reachDecision(
  input: ReindexInput,
  state: ReindexState,
  decisionHours: number,
): Promise<DecisionReached> {
  const { index } = input;
  const comparison = state.comparison!;
  const { version, reportDigest } = comparison;
  const unasked = decideUnasked(comparison, { approveFlag: input.approve, look: comparison.look });
  if (unasked.kind === 'wait') return awaitPerson(input, state, decisionHours);
  const { by, reason } = unasked;
  const answer = unasked.kind === 'approve' ? 'approved' : 'rejected';
  await brief.recordDecision({ index, decision: { answer, version, by, reason, override: false, reportDigest } });
  return answer;
}

async function awaitPerson(input: ReindexInput, state: ReindexState, decisionHours: number): Promise<DecisionReached> {
  const { index } = input;
  const waitMs = decisionHours * 3_600_000;
  const answered = acceptDecisions(index, state.comparison!);
  state.decisionDeadline = new Date(Date.now() + waitMs).toISOString();
  state.enter('awaiting-decision');
  await condition(() => answered() !== undefined, waitMs);
  // An answer that came in at the last moment still counts: its handler is recording it.
  await condition(allHandlersFinished);
  state.decisionDeadline = null;
  const answer = answered();
  if (answer !== undefined) return answer;
  const reason = `expired: nobody decided within ${decisionHours} hours`;
  await brief.advanceVersion({
    index,
    version: state.comparison!.version,
    to: 'rejected',
    actor: POLICY_ACTOR,
    reason,
  });
  return 'expired';
}

/**
 * Answer the `decide` update. The validator is synchronous, so a refusal leaves no trace in the history; the handler
 * returns once the answer is recorded, so whoever gave it knows that it counts.
 *
 * @returns what was answered, undefined until then
 */
function acceptDecisions(index: string, comparison: ComparisonOutcome): () => DecideInput['answer'] | undefined {
  let answer: DecideInput['answer'] | undefined;
  let recording = false;

  const record = async (decision: DecideInput): Promise<void> => {
    recording = true;
    try {
      await brief.recordDecision({ index, decision });
      answer = decision.answer;
    } catch (error) {
      throw rootFailure(error);
    } finally {
      recording = false;
    }
  };
  const validator = (decision: DecideInput): void => {
    if (recording || answer !== undefined) {
      const hint = `See what was decided: cutover status ${index}`;
      throw finalFailure('DECISION_REFUSED', `Version ${comparison.version} was decided about already`, hint);
    }
    try {
      checkDecision(comparison, decision);
    } catch (error) {
      throw asFailure(error);
    }
  };
  setHandler(decide, record, { validator });
  return () => answer;
}
