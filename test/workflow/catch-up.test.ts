import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { SliceRange, SliceRequest, StopRequest } from '../../src/contracts/activities.js';
import { workflowIds, type CatchUpInput, type CatchUpResult } from '../../src/contracts/workflows.js';
import { failure } from './fake-activities.js';
import { isolate, startLocal, withWorkers, type WorkflowEnv } from './workflow-env.js';

/** Continue-as-new is suggested after this many events instead of 4,096, so that a test need not write as many. */
const EVENTS_PER_EXECUTION = 120;

let server: WorkflowEnv;
beforeAll(async () => {
  server = await startLocal(EVENTS_PER_EXECUTION);
});
afterAll(() => server?.env.teardown());

/** A version on a log whose slices hold one revision each. */
function fakeVersion(options: { readonly apply?: (slice: SliceRange) => Promise<void> | void } = {}) {
  const seen = {
    watermark: 0,
    begun: 0,
    running: 0,
    mostRunning: 0,
    applied: [] as number[],
    /** Watermarks in the order in which they were reached, with what was applied by then. */
    advances: [] as { readonly to: number; readonly complete: boolean }[],
    stops: [] as string[],
  };
  const activities = {
    async beginCatchUp() {
      seen.begun += 1;
      return { writer: seen.begun, watermark: seen.watermark };
    },
    async planRound({ to, limit }: { to: number; limit: number }) {
      const slices: SliceRange[] = [];
      for (let from = seen.watermark; from < to && slices.length < limit; from += 1)
        slices.push({ from, to: from + 1 });
      return slices;
    },
    async applySlice({ slice }: SliceRequest) {
      seen.running += 1;
      seen.mostRunning = Math.max(seen.mostRunning, seen.running);
      try {
        await options.apply?.(slice);
        seen.applied.push(slice.to);
      } finally {
        seen.running -= 1;
      }
    },
    async advanceWatermark({ to }: { to: number }) {
      const below = Array.from({ length: to }, (_, at) => at + 1);
      seen.advances.push({ to, complete: below.every((revision) => seen.applied.includes(revision)) });
      seen.watermark = Math.max(seen.watermark, to);
      return seen.watermark;
    },
    async stopCatchUp({ type, hint }: StopRequest) {
      seen.stops.push(hint === undefined ? type : `${type}: ${hint}`);
    },
  };
  return { seen, activities };
}

type FakeVersion = ReturnType<typeof fakeVersion>;

async function reach(
  version: FakeVersion,
  options: { readonly revision: number; readonly window?: number; readonly meanwhile?: (id: string) => Promise<void> },
): Promise<{ readonly result: CatchUpResult; readonly executions: number }> {
  const { index, queues } = isolate();
  const workflowId = workflowIds.catchUp(index, 2);
  const { client } = server.env;
  const input: CatchUpInput = { index, version: 2, queues, ...(options.window && { window: options.window }) };
  return withWorkers(server, { queues, activities: version.activities }, async () => {
    await client.workflow.signalWithStart('catchUp', {
      workflowId,
      taskQueue: queues.main,
      args: [input],
      signal: 'reach',
      signalArgs: [{ revision: options.revision }],
    });
    await options.meanwhile?.(workflowId);
    const result = (await client.workflow.getHandle(workflowId).result()) as CatchUpResult;
    return { result, executions: await executionsOf(workflowId) };
  });
}

/** Follow continue-as-new from the first execution to the last. */
async function executionsOf(workflowId: string): Promise<number> {
  const { client } = server.env;
  const last = await client.workflow.getHandle(workflowId).describe();
  let runId = last.raw.workflowExecutionInfo?.firstRunId ?? undefined;
  for (let executions = 0; ; executions += 1) {
    if (runId === undefined || runId === '') return executions;
    const { events } = await client.workflow.getHandle(workflowId, runId).fetchHistory();
    runId = events?.at(-1)?.workflowExecutionContinuedAsNewEventAttributes?.newExecutionRunId ?? undefined;
  }
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe('catchUp', () => {
  test('applies every slice once and ends at the revision it was asked for', async () => {
    const version = fakeVersion();
    const { result } = await reach(version, { revision: 5 });
    expect(result).toEqual({ watermark: 5, stopped: null });
    expect([...version.seen.applied].sort()).toEqual([1, 2, 3, 4, 5]);
    expect(version.seen.begun).toBe(1);
  });

  test('keeps the watermark below the lowest unfinished slice, whatever finished after it', async () => {
    const version = fakeVersion({ apply: ({ to }) => (to === 2 ? pause(800) : undefined) });
    await reach(version, { revision: 8, window: 4 });
    expect(version.seen.applied.indexOf(2)).toBeGreaterThan(1);
    expect(version.seen.advances.length).toBeGreaterThan(1);
    expect(version.seen.advances.every(({ complete }) => complete)).toBe(true);
  });

  test('has no more slices in flight than its window holds', async () => {
    const version = fakeVersion({ apply: () => pause(50) });
    await reach(version, { revision: 12, window: 3 });
    expect(version.seen.mostRunning).toBeGreaterThan(1);
    expect(version.seen.mostRunning).toBeLessThanOrEqual(3);
  });

  test('goes on to a higher revision when it is asked for one meanwhile', async () => {
    const version = fakeVersion({ apply: () => pause(100) });
    const { result } = await reach(version, {
      revision: 2,
      meanwhile: (id) => server.env.client.workflow.getHandle(id).signal('reach', { revision: 4 }),
    });
    expect(result.watermark).toBe(4);
  });

  test('moves only the watermark where the log has no rows any more', async () => {
    const version = fakeVersion();
    const empty = { ...version, activities: { ...version.activities, planRound: async () => [] } };
    expect((await reach(empty, { revision: 9 })).result).toEqual({ watermark: 9, stopped: null });
    expect(version.seen.applied).toEqual([]);
  });

  test('continues as new when its history grows long, with one writer, and applies nothing twice', async () => {
    const version = fakeVersion();
    const { result, executions } = await reach(version, { revision: 60, window: 4 });
    expect(result).toEqual({ watermark: 60, stopped: null });
    expect(executions).toBeGreaterThan(1);
    expect(version.seen.begun).toBe(1);
    expect([...version.seen.applied].sort((a, b) => a - b)).toEqual(Array.from({ length: 60 }, (_, at) => at + 1));
  });

  test('writes why it stopped short, for everybody who waits, and leaves nothing in flight', async () => {
    const version = fakeVersion({
      apply: ({ to }) => {
        if (to === 3) throw failure('ENCODER_CHANGED');
      },
    });
    const { result } = await reach(version, { revision: 6, window: 2 });
    expect(result.stopped).toMatchObject({ type: 'ENCODER_CHANGED' });
    expect(result.watermark).toBeLessThan(3);
    expect(version.seen.stops).toEqual(['ENCODER_CHANGED']);
    expect(version.seen.running).toBe(0);
  });

  test('passes the next step on to everybody who waits', async () => {
    const version = fakeVersion({
      apply: () => {
        throw failure('AUTH_FAILED', 'check the key');
      },
    });
    await reach(version, { revision: 1 });
    expect(version.seen.stops).toEqual(['AUTH_FAILED: check the key']);
  });

  test('leaves the row alone when another writer has taken over', async () => {
    const version = fakeVersion({
      apply: () => {
        throw failure('STALE_WRITER');
      },
    });
    const { result } = await reach(version, { revision: 1 });
    expect(result.stopped).toMatchObject({ type: 'STALE_WRITER' });
    expect(version.seen.stops).toEqual([]);
  });
});
