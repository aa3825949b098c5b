import { CancellationScope, executeChild, isCancellation } from '@temporalio/workflow';
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import type { ComparisonOutcome, VersionRef } from '../src/contracts/activities.js';
import { workflowIds, type ReindexInput, type ReindexResult, type ScanResult } from '../src/contracts/workflows.js';
import { reachDecision } from './await-decision.js';
import { catchUpToHead, ensureCaughtUp } from './caught-up.js';
import { failureMessage, failureType, finalFailure, rootFailure } from './failures.js';
import { executionId } from './labels.js';
import { promote } from './promote.js';
import { brief, lengthy } from './proxies.js';
import { ReindexState } from './reindex-state.js';
import { scan } from './scan.js';

/** Longest a comparison keeps the log still. */
const COMPARISON_FREEZE_MS = 60 * 60_000;

/** From the source to a version that is live, or to the reason why it is not. */
export async function reindex(input: ReindexInput): Promise<ReindexResult> {
  const state = new ReindexState(input);
  try {
    return await tell(input, state);
  } catch (error) {
    throw rootFailure(error);
  }
}

async function tell(input: ReindexInput, state: ReindexState): Promise<ReindexResult> {
  const { index, configHash, startedBy } = input;
  state.scanned = await scanNow(input);

  state.enter('planning');
  const plan = await lengthy.planIndex({ index, configHash, startedBy });
  if (plan.action !== 'new-version') return keepLive(input, state, { ...plan, action: plan.action });
  const { version, decisionHours } = await lengthy.createVersion({ index, configHash, startedBy });
  state.version = version;

  try {
    await build(input, state, version);
    state.comparison = await compare(input, state, version);
    const decision = await reachDecision(input, state, decisionHours);
    if (decision === 'approved') await promoteNow(input, state, version);
    const outcome = decision === 'approved' ? 'promoted' : decision;
    return await end(input, state, { outcome, version });
  } catch (error) {
    await CancellationScope.nonCancellable(() => giveUp(input, state, { version, error }));
    throw error;
  }
}

/** The scan runs under its own id; one that is under way began too early to see everything, so ours follows it. */
async function scanNow({ index, queues }: ReindexInput): Promise<ScanResult> {
  for (;;) {
    try {
      return await executeChild(scan, {
        workflowId: workflowIds.scan(index),
        args: [{ index, queues }],
        cancellationType: 'WAIT_CANCELLATION_COMPLETED',
        parentClosePolicy: 'REQUEST_CANCEL',
      });
    } catch (error) {
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
      await lengthy.awaitScan({ index });
    }
  }
}

/** Same fingerprint as the live version: at most it has to catch up. */
async function keepLive(
  input: ReindexInput,
  state: ReindexState,
  plan: { readonly action: 'nothing' | 'refresh'; readonly live: number | null },
): Promise<ReindexResult> {
  const { index } = input;
  state.version = plan.live;
  const before = plan.live === null ? undefined : await brief.versionSummary({ index, version: plan.live });
  if (plan.action === 'refresh' && plan.live !== null) {
    state.enter('building');
    await catchUpToHead(input, plan.live);
  }
  const outcome = plan.action === 'refresh' ? 'refreshed' : 'nothing-to-do';
  const result = await end(input, state, { outcome, version: plan.live });
  const { embedded = 0, cacheHits = 0 } = before ?? {};
  return { ...result, embedded: result.embedded - embedded, cacheHits: result.cacheHits - cacheHits };
}

async function build(input: ReindexInput, state: ReindexState, version: number): Promise<void> {
  const ref = { index: input.index, version };
  state.enter('building');
  await reached(input, ref, 'building');
  await catchUpToHead(input, version);
  await reached(input, ref, 'built');

  state.enter('verifying');
  await lengthy.verifyVersion({ ...ref, mode: 'full' });
  await reached(input, ref, 'verified');
}

/** Live and candidate at the frozen head of the log, or their difference would be the corpus's. */
async function compare(input: ReindexInput, state: ReindexState, version: number): Promise<ComparisonOutcome> {
  const { index } = input;
  const owner = executionId();
  state.enter('comparing');
  const frozenHead = await brief.freezeLog({ index, owner, forMs: COMPARISON_FREEZE_MS, replaces: false });
  try {
    const { live } = await brief.routing({ index });
    await ensureCaughtUp(input, [live, version], frozenHead);
    await lengthy.verifyVersion({ index, version, mode: 'difference' });
    const compared = await lengthy.compareVersions({ index, version, live, frozenHead, freezeOwner: owner });
    await reached(input, { index, version }, 'compared');
    return compared;
  } finally {
    await CancellationScope.nonCancellable(() => brief.releaseLog({ index, owner }));
  }
}

async function promoteNow(input: ReindexInput, state: ReindexState, version: number): Promise<void> {
  const { index, queues, startedBy: actor } = input;
  state.enter('promoting');
  try {
    await executeChild(promote, {
      workflowId: workflowIds.promotion(index),
      args: [{ index, version, actor, queues }],
      cancellationType: 'WAIT_CANCELLATION_COMPLETED',
      parentClosePolicy: 'REQUEST_CANCEL',
    });
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    const hint = `When it has ended: cutover promote ${index}`;
    throw finalFailure('ALREADY_RUNNING', `A promotion or rollback of "${index}" is under way`, hint);
  }
}

async function end(
  { index }: ReindexInput,
  state: ReindexState,
  { outcome, version }: Pick<ReindexResult, 'outcome' | 'version'>,
): Promise<ReindexResult> {
  const summary = version === null ? undefined : await brief.versionSummary({ index, version });
  state.enter('done');
  return state.result(outcome, version, summary);
}

const reached = (
  { startedBy: actor }: ReindexInput,
  ref: VersionRef,
  to: 'building' | 'built' | 'verified' | 'compared',
) => brief.advanceVersion({ ...ref, to, actor, reason: 'reindex' });

/**
 * Say on the version's row how it ended. A comparison that is void leaves it verified, and a promotion that did not
 * come through leaves it approved: both may be tried again without building anything.
 */
async function giveUp(
  { index, startedBy: actor }: ReindexInput,
  state: ReindexState,
  { version, error }: { readonly version: number; readonly error: unknown },
): Promise<void> {
  if (failureType(error) === 'COMPARISON_VOID' || state.phase === 'promoting' || state.phase === 'done') return;
  const to = isCancellation(error) ? 'cancelled' : 'failed';
  if (to === 'cancelled') await lengthy.cancelCatchUp({ index, version });
  await brief.advanceVersion({ index, version, to, actor, reason: failureMessage(error) });
}
