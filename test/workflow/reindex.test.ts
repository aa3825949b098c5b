import type { WorkflowFailedError, WorkflowHandle } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  workflowIds,
  type DecideInput,
  type ReindexInput,
  type ReindexProgress,
  type ReindexResult,
} from '../../src/contracts/workflows.js';
import { CANDIDATE, failure, fakeStack, type FakeStack, type World } from './fake-activities.js';
import { failureOf, isolate, startTimeSkipping, untilQuery, withWorkers, type WorkflowEnv } from './workflow-env.js';

let server: WorkflowEnv;
beforeAll(async () => {
  server = await startTimeSkipping();
});
afterAll(() => server?.env.teardown());

type Handle = WorkflowHandle<(input: ReindexInput) => Promise<ReindexResult>>;

interface Story {
  readonly handle: Handle;
  readonly stack: FakeStack;
  readonly index: string;
}

/** Start a reindex on a world of its own and let `test` watch it. */
async function tell<T>(
  start: { readonly world?: Partial<World>; readonly approve?: boolean },
  watch: (story: Story) => Promise<T>,
): Promise<T> {
  const { index, queues } = isolate();
  const stack = fakeStack(start.world);
  const input: ReindexInput = { index, configHash: 'hash', startedBy: 'ann', queues, approve: start.approve ?? false };
  return withWorkers(server, { queues, activities: stack.activities }, async () => {
    const handle: Handle = await server.env.client.workflow.start<(input: ReindexInput) => Promise<ReindexResult>>(
      'reindex',
      { workflowId: workflowIds.reindex(index), taskQueue: queues.main, args: [input] },
    );
    return watch({ handle, stack, index });
  });
}

const waiting = (handle: Handle): Promise<ReindexProgress> =>
  untilQuery<ReindexProgress>(handle as WorkflowHandle, 'progress', ({ phase }) => phase === 'awaiting-decision');

const answer = (change: Partial<DecideInput> = {}): DecideInput => ({
  answer: 'approved',
  version: CANDIDATE,
  by: 'bob',
  reason: '',
  override: false,
  reportDigest: 'digest',
  ...change,
});

const decide = (handle: Handle, input: DecideInput): Promise<void> =>
  handle.executeUpdate<void, [DecideInput]>('decide', { args: [input] });

describe('reindex', () => {
  test('builds, verifies, compares at the frozen head and, under auto, promotes a PASS', async () => {
    await tell({ world: { comparison: { approval: 'auto' } } }, async ({ handle, stack }) => {
      const result = await handle.result();
      expect(result).toMatchObject({ outcome: 'promoted', version: 2, verdict: 'PASS', promoted: true, state: 'live' });
      expect(stack.world.live).toBe(CANDIDATE);
      const story = stack.calls.filter((call) => !['requestCatchUp', 'awaitCatchUp', 'corpusHead'].includes(call));
      expect(story).toEqual([
        ...['scanCorpus', 'planIndex', 'createVersion', 'advanceVersion', 'advanceVersion', 'verifyVersion'],
        ...['advanceVersion', 'freezeLog', 'routing', 'verifyVersion', 'compareVersions', 'advanceVersion'],
        ...['releaseLog', 'recordDecision', 'routing', 'freezeLog', 'verifyVersion', 'freezeLog', 'beginFlip'],
        ...['pointAlias', 'readAliasBack', 'commitFlip', 'releaseLog', 'versionSummary'],
      ]);
    });
  });

  test('accounts for every document: scanned = indexed + quarantined + skipped', async () => {
    await tell({ approve: true }, async ({ handle }) => {
      expect(await handle.result()).toMatchObject({ documents: 9, quarantined: 1, skipped: 0 });
    });
  });

  test('promotes a first version, which has no verdict, when it was started with --approve', async () => {
    const world = { live: null, comparison: { verdict: null } } satisfies Partial<World>;
    await tell({ world, approve: true }, async ({ handle }) => {
      expect(await handle.result()).toMatchObject({ outcome: 'promoted', verdict: null, promoted: true });
    });
  });

  test('has nothing to do when the fingerprint is the live one and nothing changed', async () => {
    await tell({ world: { plan: 'nothing' } }, async ({ handle, stack }) => {
      expect(await handle.result()).toMatchObject({
        outcome: 'nothing-to-do',
        version: 1,
        embedded: 0,
        promoted: false,
      });
      expect(stack.calls).not.toContain('createVersion');
      expect(stack.calls).not.toContain('requestCatchUp');
    });
  });

  test('catches the live version up when only documents changed', async () => {
    await tell({ world: { plan: 'refresh' } }, async ({ handle, stack }) => {
      expect(await handle.result()).toMatchObject({ outcome: 'refreshed', version: 1 });
      expect(stack.calls).toContain('awaitCatchUp');
      expect(stack.calls).not.toContain('createVersion');
    });
  });

  test('rejects a FAIL under auto, and the alias is not touched', async () => {
    await tell({ world: { comparison: { approval: 'auto', verdict: 'FAIL' } } }, async ({ handle, stack }) => {
      expect(await handle.result()).toMatchObject({ outcome: 'rejected', verdict: 'FAIL', promoted: false });
      expect(stack.states.get(CANDIDATE)).toBe('rejected');
      expect(stack.calls).not.toContain('beginFlip');
    });
  });

  test('rejects the candidate when nobody decides within 72 hours', async () => {
    await tell({ world: { comparison: { verdict: 'INCONCLUSIVE' } } }, async ({ handle, stack }) => {
      const startedAt = await server.env.currentTimeMs();
      expect(await handle.result()).toMatchObject({ outcome: 'expired', verdict: 'INCONCLUSIVE', promoted: false });
      expect((await server.env.currentTimeMs()) - startedAt).toBeGreaterThanOrEqual(72 * 3_600_000);
      expect(stack.states.get(CANDIDATE)).toBe('rejected');
      expect(stack.reasons.at(-1)).toMatch(/expired/);
    });
  });

  test('refuses an answer that may not be given, keeps waiting, and goes on with one that may', async () => {
    await tell({ world: { comparison: { verdict: 'FAIL' } } }, async ({ handle, stack }) => {
      expect(await waiting(handle)).toMatchObject({ version: 2, verdict: 'FAIL', reportDigest: 'digest' });
      expect(await failureOf(decide(handle, answer()))).toBe('DECISION_REFUSED');
      expect(await failureOf(decide(handle, answer({ version: 7 })))).toBe('DECISION_REFUSED');
      expect(await failureOf(decide(handle, answer({ reportDigest: 'older' })))).toBe('DECISION_REFUSED');
      expect(stack.calls).not.toContain('recordDecision');
      await decide(handle, answer({ override: true, reason: 'the old model goes away' }));
      expect(await handle.result()).toMatchObject({ outcome: 'promoted', verdict: 'FAIL' });
    });
  });

  test('leaves no trace of a refused answer in its history', async () => {
    await tell({}, async ({ handle }) => {
      await waiting(handle);
      const before = await handle.fetchHistory();
      expect(await failureOf(decide(handle, answer({ version: 7 })))).toBe('DECISION_REFUSED');
      const after = await handle.fetchHistory();
      const updates = (history: typeof after) =>
        (history.events ?? []).filter((event) => event.workflowExecutionUpdateAcceptedEventAttributes).length;
      expect(updates(after)).toBe(updates(before));
      await handle.terminate();
    });
  });

  test('tells whoever answers when the answer could not be recorded, and goes on waiting', async () => {
    let attempts = 0;
    const world: Partial<World> = {
      before(name) {
        if (name !== 'recordDecision') return;
        attempts += 1;
        if (attempts === 1) throw failure('DECISION_REFUSED');
      },
    };
    await tell({ world }, async ({ handle }) => {
      await waiting(handle);
      expect(await failureOf(decide(handle, answer()))).toBe('DECISION_REFUSED');
      await decide(handle, answer({ answer: 'rejected', reason: 'not now' }));
      expect(await handle.result()).toMatchObject({ outcome: 'rejected', promoted: false });
    });
  });

  test('fails the version when verification fails, and says so with a stable type', async () => {
    const world: Partial<World> = {
      before(name) {
        if (name === 'verifyVersion') throw failure('VERIFY_FAILED');
      },
    };
    await tell({ world }, async ({ handle, stack }) => {
      expect(await failureOf(handle.result())).toBe('VERIFY_FAILED');
      expect(stack.states.get(CANDIDATE)).toBe('failed');
    });
  });

  test('fails the version with what its catch-up stopped with; started again, it asks for the same catch-up', async () => {
    let key = 'expired';
    const world: Partial<World> = {
      before(name) {
        if (name === 'awaitCatchUp' && key === 'expired') throw failure('AUTH_FAILED', 'check the key');
      },
    };
    await tell({ world, approve: true }, async ({ handle, stack, index }) => {
      const failed = await handle.result().catch((error: unknown) => error);
      expect((failed as WorkflowFailedError).cause).toMatchObject({
        type: 'AUTH_FAILED',
        details: [{ facts: {}, hint: 'check the key' }],
      });
      expect(stack.states.get(CANDIDATE)).toBe('failed');

      key = 'new';
      const { taskQueue } = await handle.describe();
      const queues = { main: taskQueue, embed: taskQueue };
      const again = await server.env.client.workflow.execute<(input: ReindexInput) => Promise<ReindexResult>>(
        'reindex',
        {
          workflowId: workflowIds.reindex(index),
          taskQueue,
          args: [{ index, configHash: 'hash', startedBy: 'ann', queues, approve: true }],
        },
      );
      expect(again).toMatchObject({ outcome: 'promoted', version: CANDIDATE });
      expect(stack.states.get(CANDIDATE)).not.toBe('failed');
    });
  });

  test('leaves the version verified, and the log free, when its comparison is void', async () => {
    const world: Partial<World> = {
      before(name) {
        if (name === 'compareVersions') throw failure('COMPARISON_VOID');
      },
    };
    await tell({ world }, async ({ handle, stack }) => {
      expect(await failureOf(handle.result())).toBe('COMPARISON_VOID');
      expect(stack.states.get(CANDIDATE)).toBe('verified');
      expect(stack.calls).toContain('releaseLog');
    });
  });

  test('leaves the version approved when its promotion fails, so that it may be tried again', async () => {
    const world: Partial<World> = {
      before(name) {
        if (name === 'pointAlias') throw failure('ALIAS_CONFLICT');
      },
    };
    await tell({ world, approve: true }, async ({ handle, stack }) => {
      expect(await failureOf(handle.result())).toBe('ALIAS_CONFLICT');
      expect(stack.states.get(CANDIDATE)).toBe('approved');
    });
  });

  test('gives up on a log that grows as fast as it is applied', async () => {
    const world: Partial<World> = {
      before(name, growing) {
        if (name === 'awaitCatchUp') growing.head += 3;
      },
    };
    await tell({ world }, async ({ handle, stack }) => {
      expect(await failureOf(handle.result())).toBe('NOT_CONVERGING');
      expect(stack.states.get(CANDIDATE)).toBe('failed');
      expect(stack.reasons.at(-1)).toMatch(/grown by 3, 3, 3/);
    });
  });

  test('marks the version cancelled when it is cancelled while it waits', async () => {
    await tell({}, async ({ handle, stack }) => {
      await waiting(handle);
      await handle.cancel();
      expect(await failureOf(handle.result())).toBe('CancelledFailure');
      expect(stack.states.get(CANDIDATE)).toBe('cancelled');
      expect(stack.calls).not.toContain('beginFlip');
    });
  });
});
