import {
  CancellationScope,
  continueAsNew,
  defineSignal,
  isCancellation,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import { MESSAGES, type CatchUpInput, type CatchUpResult, type ReachSignal } from '../src/contracts/workflows.js';
import { applyRound } from './apply-round.js';
import { failureHint, failureMessage, failureType } from './failures.js';
import { label } from './labels.js';
import { brief, lengthy } from './proxies.js';

const reach = defineSignal<[ReachSignal]>(MESSAGES.reach);

const DEFAULT_WINDOW = 16;
/** Slices planned at once: a payload of some kilobytes, and more than one history holds. */
const SLICES_PER_ROUND = 500;

/**
 * Apply the log to one version, up to the highest revision that anybody asked for. One that stops short says why
 * on the version's row, where every waiter finds it.
 */
export async function catchUp(input: CatchUpInput): Promise<CatchUpResult> {
  const progress = { target: input.resume?.target ?? 0, watermark: input.resume?.watermark ?? 0 };
  setHandler(reach, ({ revision }) => {
    progress.target = Math.max(progress.target, revision);
  });
  label({ ...input, phase: 'catching-up' });

  const outcome = await advanceAll(input, progress).catch((error: unknown) => stop(input, progress.watermark, error));
  if (outcome.kind === 'stopped') return { watermark: progress.watermark, stopped: outcome.stopped };
  if (progress.watermark >= progress.target) return { watermark: progress.watermark, stopped: null };
  return continueAsNew<typeof catchUp>({ ...input, resume: { ...progress, writer: outcome.writer } });
}

type Outcome =
  | { readonly kind: 'advanced'; readonly writer: number }
  | { readonly kind: 'stopped'; readonly stopped: CatchUpResult['stopped'] };

/** Until the target is reached or the history is long enough; the writer is the same one after continue-as-new. */
async function advanceAll(input: CatchUpInput, progress: { target: number; watermark: number }): Promise<Outcome> {
  const { index, version } = input;
  const { writer, watermark } = input.resume ?? (await lengthy.beginCatchUp({ index, version }));
  progress.watermark = watermark;
  while (progress.watermark < progress.target && !workflowInfo().continueAsNewSuggested) {
    const target = progress.target;
    const slices = await brief.planRound({ index, version, to: target, limit: SLICES_PER_ROUND });
    if (slices.length === 0) {
      progress.watermark = await lengthy.advanceWatermark({ index, version, writer, to: target });
      continue;
    }
    const window = input.window ?? DEFAULT_WINDOW;
    const round = { index, version, writer, window, embedQueue: input.queues.embed };
    progress.watermark = await applyRound({ ...round, watermark: progress.watermark, slices });
  }
  return { kind: 'advanced', writer };
}

/** A superseded writer leaves the row to whoever superseded it. */
async function stop({ index, version }: CatchUpInput, revision: number, error: unknown): Promise<Outcome> {
  const stopped = { type: failureType(error), message: failureMessage(error) };
  if (stopped.type !== 'STALE_WRITER') {
    const said = { ...stopped, hint: failureHint(error) };
    await CancellationScope.nonCancellable(() => brief.stopCatchUp({ index, version, revision, ...said }));
  }
  if (isCancellation(error)) throw error;
  return { kind: 'stopped', stopped };
}
