import { setTimeout as delay } from 'node:timers/promises';
import { Context } from '@temporalio/activity';
import { WorkflowFailedError, WorkflowNotFoundError, type Client } from '@temporalio/client';
import type {
  AdvanceWatermarkRequest,
  CatchUpRequest,
  CatchUpStart,
  RoundRequest,
  SliceRange,
  SliceRequest,
  StopRequest,
  VersionRef,
} from '../src/contracts/activities.js';
import { MESSAGES, workflowIds, type CatchUpInput, type ReachSignal } from '../src/contracts/workflows.js';
import { FAILURE_CODES, LifecycleError } from '../src/domain/errors.js';
import type { CatchUpStop } from '../src/domain/version/version.js';
import type { Ports } from '../src/ports/index.js';
import { advanceWatermark } from '../src/use-cases/catch-up/advance-watermark.js';
import { applySlice } from '../src/use-cases/catch-up/apply-slice.js';
import { beginCatchUp } from '../src/use-cases/catch-up/begin-catch-up.js';
import { planRound } from '../src/use-cases/catch-up/plan-round.js';
import { heartbeating } from './heartbeating.js';
import { keyOf } from './spec.js';

/** How often a waiter looks at the version's row, and every how many looks at the execution itself. */
const POLL_MS = 250;
const POLLS_PER_DESCRIBE = 20;

/** Steps of one catch-up execution. */
export const createCatchUpActivities = (ports: Ports) => ({
  async beginCatchUp(ref: VersionRef): Promise<CatchUpStart> {
    return heartbeating(({ signal }) => beginCatchUp(ports, keyOf(ref), { signal }));
  },

  async planRound({ to, limit, ...ref }: RoundRequest): Promise<readonly SliceRange[]> {
    return planRound(ports, { key: keyOf(ref), to, limit });
  },

  async applySlice({ writer, slice, ...ref }: SliceRequest): Promise<void> {
    await heartbeating((watched) => applySlice(ports, { key: keyOf(ref), writer, slice }, watched));
  },

  /** What superseded attempts may have left is swept first, so that the watermark never passes it. */
  async advanceWatermark({ writer, to, ...ref }: AdvanceWatermarkRequest): Promise<number> {
    return heartbeating(() => advanceWatermark(ports, { key: keyOf(ref), writer, to }));
  },

  async stopCatchUp({ type, message, hint, revision, ...ref }: StopRequest): Promise<void> {
    const at = await ports.registry.now();
    const said = { type, message, ...(hint !== undefined && { hint }) };
    await ports.registry.note(keyOf(ref), { stopped: { ...said, revision, at } });
  },
});

/** How other executions ask for a catch-up, wait for it and end it; none of them owns it as a child. */
export const createCatchUpRequests = (ports: Pick<Ports, 'registry'>, client: Client) => ({
  /** Forgets why an earlier catch-up stopped: whoever asks again wants it to be tried again. */
  async requestCatchUp(request: CatchUpRequest): Promise<void> {
    await ports.registry.note(keyOf(request), { stopped: null });
    await signalCatchUp(client, request);
  },

  /**
   * Until the version's watermark has reached the revision.
   *
   * @throws {LifecycleError} with the type the catch-up stopped with; `CANCELLED` when it was ended from outside.
   */
  async awaitCatchUp(request: CatchUpRequest): Promise<number> {
    return heartbeating<number, number>(async ({ signal, onProgress }) => {
      for (let polls = 1; ; polls += 1) {
        const version = await ports.registry.version(keyOf(request));
        if (version === undefined) throw new LifecycleError('NOT_FOUND', `No version ${request.version}`);
        if (version.watermark >= request.revision) return version.watermark;
        if (version.stopped !== undefined) throw stoppedError(version.stopped);
        onProgress(version.watermark);
        if (polls % POLLS_PER_DESCRIBE === 0) await ensureRunning(client, request);
        await delay(POLL_MS, undefined, { signal });
      }
    });
  },

  /** Until it has ended, however; one that does not run has nothing to hear. */
  async cancelCatchUp({ index, version }: VersionRef): Promise<void> {
    const handle = client.workflow.getHandle(workflowIds.catchUp(index, version));
    await heartbeating(async () => {
      try {
        await handle.cancel();
        await handle.result();
      } catch (error) {
        if (!(error instanceof WorkflowNotFoundError || error instanceof WorkflowFailedError)) throw error;
      }
    });
  },
});

async function signalCatchUp(client: Client, { index, version, revision, queues }: CatchUpRequest): Promise<void> {
  await client.workflow.signalWithStart<(input: CatchUpInput) => Promise<unknown>, [ReachSignal]>('catchUp', {
    workflowId: workflowIds.catchUp(index, version),
    taskQueue: queues.main,
    args: [{ index, version, queues }],
    signal: MESSAGES.reach,
    signalArgs: [{ revision }],
    staticSummary: `Catch up ${index} v${version}`,
  });
}

/** One that ended well without reaching us is asked again; one that was ended from outside stays ended. */
async function ensureRunning(client: Client, request: CatchUpRequest): Promise<void> {
  const workflowId = workflowIds.catchUp(request.index, request.version);
  const status = await client.workflow
    .getHandle(workflowId)
    .describe()
    .then(({ status: { name } }) => name)
    .catch((error: unknown) => {
      if (error instanceof WorkflowNotFoundError) return 'COMPLETED' as const;
      throw error;
    });
  if (status === 'COMPLETED') await signalCatchUp(client, request);
  if (!['CANCELLED', 'TERMINATED', 'FAILED', 'TIMED_OUT'].includes(status)) return;
  throw new LifecycleError('CANCELLED', `The catch-up of ${request.index} v${request.version} was ended: ${status}`, {
    facts: { workflowId, attempt: Context.current().info.attempt },
    hint: `Start again: cutover reindex ${request.index}`,
  });
}

function stoppedError({ type, message, hint, revision }: CatchUpStop): LifecycleError {
  const code = FAILURE_CODES.find((known) => known === type) ?? 'INTERNAL';
  return new LifecycleError(code, message, { hint, facts: { stoppedAt: revision } });
}
