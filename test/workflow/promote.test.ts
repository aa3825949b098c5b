import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  workflowIds,
  type FlipResult,
  type PromoteInput,
  type Queues,
  type RollBackInput,
} from '../../src/contracts/workflows.js';
import { CANDIDATE, failure, fakeStack, type FakeStack, type World } from './fake-activities.js';
import { failureOf, isolate, startLocal, withWorkers, type WorkflowEnv } from './workflow-env.js';

let server: WorkflowEnv;
beforeAll(async () => {
  server = await startLocal();
});
afterAll(() => server?.env.teardown());

interface Flipping {
  readonly stack: FakeStack;
  result(): Promise<FlipResult>;
  cancel(): Promise<unknown>;
}

async function flipping<T>(
  type: 'promote' | 'rollBack',
  world: Partial<World>,
  watch: (flip: Flipping) => Promise<T>,
): Promise<T> {
  const { index, queues } = isolate();
  const stack = fakeStack(world);
  return withWorkers(server, { queues, activities: stack.activities }, async () => {
    const handle = await server.env.client.workflow.start(type, {
      workflowId: workflowIds.promotion(index),
      taskQueue: queues.main,
      args: [inputOf(type, index, queues)],
    });
    return watch({ stack, result: () => handle.result() as Promise<FlipResult>, cancel: () => handle.cancel() });
  });
}

function inputOf(type: string, index: string, queues: Queues): PromoteInput | RollBackInput {
  if (type === 'promote') return { index, version: CANDIDATE, actor: 'ann', queues };
  return { index, actor: 'ann', acceptStale: false, bareAliasOnly: false, overrideHold: null, queues };
}

/** Throws the given failure the first time an activity of this name is called. */
function failingOnce(activity: string, type: string): Pick<World, 'before'> {
  let failed = false;
  return {
    before(name) {
      if (name !== activity || failed) return;
      failed = true;
      throw failure(type);
    },
  };
}

describe('promote', () => {
  test('freezes, catches both up, verifies the difference, flips, and releases the log', async () => {
    await flipping('promote', {}, async ({ stack, result }) => {
      expect(await result()).toMatchObject({ from: 1, to: 2, epoch: 1 });
      expect(stack.calls.filter((call) => !call.endsWith('CatchUp'))).toEqual([
        ...['routing', 'freezeLog', 'verifyVersion', 'freezeLog'],
        ...['beginFlip', 'pointAlias', 'readAliasBack', 'commitFlip', 'releaseLog'],
      ]);
      expect(stack.calls.filter((call) => call === 'awaitCatchUp')).toHaveLength(2);
    });
  });

  test('catches up once more when its freeze ran out and the log moved meanwhile', async () => {
    let verified = 0;
    const world: Partial<World> = {
      before(name, moving) {
        if (name !== 'verifyVersion') return;
        verified += 1;
        if (verified === 1) moving.head += 1;
      },
    };
    await flipping('promote', world, async ({ stack, result }) => {
      expect(await result()).toMatchObject({ to: 2 });
      expect(verified).toBe(2);
      expect(stack.calls.filter((call) => call === 'freezeLog')).toHaveLength(3);
    });
  });

  test.each(['readAliasBack', 'commitFlip'])('begins the flip again when it was lost at %s', async (step) => {
    await flipping('promote', failingOnce(step, 'FLIP_LOST'), async ({ stack, result }) => {
      expect(await result()).toMatchObject({ to: 2 });
      expect(stack.calls.filter((call) => call === 'beginFlip')).toHaveLength(2);
    });
  });

  test('fails when somebody else moved the alias, without trying again, and releases the log', async () => {
    await flipping('promote', failingOnce('pointAlias', 'ALIAS_CONFLICT'), async ({ stack, result }) => {
      expect(await failureOf(result())).toBe('ALIAS_CONFLICT');
      expect(stack.calls.filter((call) => call === 'beginFlip')).toHaveLength(1);
      expect(stack.calls.at(-1)).toBe('releaseLog');
      expect(stack.world.live).toBe(1);
    });
  });

  test('does not flip when it is cancelled on the way, and releases the log', async () => {
    let verifying: () => void;
    const reached = new Promise<void>((resolve) => (verifying = resolve));
    let go: () => void;
    const gate = new Promise<void>((resolve) => (go = resolve));
    const world: Partial<World> = {
      before(name) {
        if (name !== 'verifyVersion') return;
        verifying();
        return gate;
      },
    };
    await flipping('promote', world, async ({ stack, result, cancel }) => {
      await reached;
      await cancel();
      go();
      expect(await failureOf(result())).toBe('CancelledFailure');
      expect(stack.calls).not.toContain('beginFlip');
      expect(stack.calls.at(-1)).toBe('releaseLog');
    });
  });
});

describe('rollBack', () => {
  test('checks, flips back, and neither freezes, verifies nor embeds', async () => {
    await flipping('rollBack', { live: 2 }, async ({ stack, result }) => {
      expect(await result()).toMatchObject({ from: 2, to: 1 });
      expect(stack.calls).toEqual(['checkRollback', 'beginFlip', 'pointAlias', 'readAliasBack', 'commitFlip']);
    });
  });

  test('is refused with the code of what is missing', async () => {
    await flipping('rollBack', failingOnce('checkRollback', 'ROLLBACK_REFUSED'), async ({ stack, result }) => {
      expect(await failureOf(result())).toBe('ROLLBACK_REFUSED');
      expect(stack.calls).toEqual(['checkRollback']);
    });
  });
});
