import type { Client } from '@temporalio/client';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger, Runtime } from '@temporalio/worker';
import { beforeEach, describe, expect, test } from 'vitest';
import { createActivities, type Activities } from '../../../activities/index.js';
import { LifecycleError } from '../../../src/domain/errors.js';
import type { JsonObject } from '../../../src/domain/json.js';
import { openWorld, pointsOf, put, type World } from '../../support/catch-up-world.js';

// Failures are what half of these tests are about: they need not be logged as well.
Runtime.install({ logger: new DefaultLogger('ERROR') });

/** Nothing here waits for a workflow: whoever would call the server must not. */
const noServer = {} as Client;

let world: World;
let activities: Activities;
beforeEach(async () => {
  world = await openWorld();
  const { registry } = world.ports;
  const config = world.spec as unknown as JsonObject;
  await registry.putIndex({ index: world.spec.index, alias: world.spec.alias, config, configHash: '1', actor: 'ann' });
  put(world, { a: 'first text', b: 'second text', c: 'third text' });
  activities = createActivities(world.ports, { client: noServer });
});

const environment = (attempt = 1) => new MockActivityEnvironment({ attempt });

const run = <T>(act: () => Promise<T>): Promise<T> => environment().run(act) as Promise<T>;

/** As the server does when an answer was lost: the same call, once more. */
async function twice<T>(act: () => Promise<T>): Promise<readonly [T, T]> {
  return [await run(act), await run(act)];
}

const start = { index: 'docs', configHash: '1', startedBy: 'ann' };

async function buildFirst(): Promise<number> {
  await run(() => activities.scanCorpus({ index: 'docs' }));
  const { version } = await run(() => activities.createVersion(start));
  const ref = { index: 'docs', version };
  const head = await run(() => activities.corpusHead({ index: 'docs' }));
  const { writer } = await run(() => activities.beginCatchUp(ref));
  for (const slice of await run(() => activities.planRound({ ...ref, to: head, limit: 10 }))) {
    await run(() => activities.applySlice({ ...ref, writer, slice }));
  }
  await run(() => activities.advanceWatermark({ ...ref, writer, to: head }));
  for (const to of ['building', 'built'] as const) {
    await run(() => activities.advanceVersion({ ...ref, to, actor: 'ann', reason: '' }));
  }
  await run(() => activities.verifyVersion({ ...ref, mode: 'full' }));
  await run(() => activities.advanceVersion({ ...ref, to: 'verified', actor: 'ann', reason: '' }));
  return version;
}

async function compareFirst(version: number) {
  const frozenHead = await run(() =>
    activities.freezeLog({ index: 'docs', owner: 'me', forMs: 60_000, replaces: false }),
  );
  const compared = await run(() =>
    activities.compareVersions({ index: 'docs', version, live: null, frozenHead, freezeOwner: 'me' }),
  );
  await run(() => activities.advanceVersion({ index: 'docs', version, to: 'compared', actor: 'ann', reason: '' }));
  return compared;
}

describe('activities that are delivered twice', () => {
  test('a second scan finds everything unchanged', async () => {
    const [first, second] = await twice(() => activities.scanCorpus({ index: 'docs' }));
    expect(first).toMatchObject({ scanned: 3, added: 3 });
    expect(second).toMatchObject({ scanned: 3, added: 0, unchanged: 3, head: first.head });
  });

  test('one version is created', async () => {
    await run(() => activities.scanCorpus({ index: 'docs' }));
    const [first, second] = await twice(() => activities.createVersion(start));
    expect(second).toEqual(first);
    expect(await world.ports.registry.versions(world.spec.index)).toHaveLength(1);
  });

  test('a slice embeds nothing and changes no point the second time', async () => {
    const version = await buildFirst();
    const ref = { index: 'docs', version };
    const before = await pointsOf(world, { index: world.spec.index, number: version });
    const embedded = world.embedder.embedded.length;
    const { writer } = await run(() => activities.beginCatchUp(ref));
    await twice(() => activities.applySlice({ ...ref, writer, slice: { from: 0, to: 3 } }));
    expect(world.embedder.embedded.length).toBe(embedded);
    expect(await pointsOf(world, { index: world.spec.index, number: version })).toEqual(before);
  });

  test('whoever waits for a catch-up hears why it stopped, and the next step', async () => {
    const version = await buildFirst();
    const ref = { index: 'docs', version };
    const why = { type: 'AUTH_FAILED', message: 'the key is refused', hint: 'check the key', revision: 2 };
    await twice(() => activities.stopCatchUp({ ...ref, ...why }));
    const queues = { main: 'main', embed: 'embed' };
    await expect(run(() => activities.awaitCatchUp({ ...ref, revision: 99, queues }))).rejects.toMatchObject({
      type: 'AUTH_FAILED',
      message: 'the key is refused',
      details: [{ facts: { stoppedAt: 2 }, hint: 'check the key' }],
    });
  });

  test('a comparison is sealed once, whatever its second delivery', async () => {
    const version = await buildFirst();
    const first = await compareFirst(version);
    expect(await compareFirst(version)).toEqual(first);
    expect(first).toMatchObject({ verdict: null, look: 1, approval: 'required', startedBy: 'ann' });
  });

  test('a decision is stored once and the version approved once', async () => {
    const version = await buildFirst();
    const { reportDigest } = await compareFirst(version);
    const decision = { answer: 'approved', version, by: 'bob', reason: '', override: false, reportDigest } as const;
    await twice(() => activities.recordDecision({ index: 'docs', decision }));
    const trail = await world.ports.registry.auditTrail(world.spec.index, 100);
    expect(trail.filter(({ action }) => action === 'decision approved')).toHaveLength(1);
    expect(await world.ports.registry.version({ index: world.spec.index, number: version })).toMatchObject({
      state: 'approved',
    });
  });

  test('every step of a flip, twice, moves the alias once and raises the epoch once', async () => {
    const version = await buildFirst();
    const { reportDigest } = await compareFirst(version);
    const decision = { answer: 'approved', version, by: 'bob', reason: '', override: false, reportDigest } as const;
    await run(() => activities.recordDecision({ index: 'docs', decision }));
    const request = {
      index: 'docs',
      to: version,
      by: 'me',
      actor: 'ann',
      kind: 'promotion',
      overrideHold: null,
    } as const;
    const [begun, again] = await twice(() => activities.beginFlip(request));
    expect(again).toEqual(begun);
    expect(await twice(() => activities.pointAlias(begun.flip))).toEqual(['flip', 'already-done']);
    await twice(() => activities.readAliasBack(begun.flip));
    await twice(() => activities.commitFlip({ flip: begun.flip, actor: 'ann' }));
    expect(await world.ports.registry.index(world.spec.index)).toMatchObject({ live: version, epoch: 1, liveEpoch: 1 });
    expect(await world.ports.registry.history(world.spec.index)).toHaveLength(1);
    expect((await run(() => activities.beginFlip(request))).done).toBe(true);
  });
});

describe('failures of activities', () => {
  const failing = (error: unknown, attempt = 1): Promise<unknown> => {
    world.ports.registry.index = () => Promise.reject(error as Error);
    const environment = new MockActivityEnvironment({ attempt });
    return environment
      .run(() => activities.routing({ index: 'docs' }))
      .then(
        () => undefined,
        (failure: unknown) => failure,
      );
  };

  test('one of ours leaves with its code, facts, hint and delay', async () => {
    const detail = { retryable: true, retryAfterMs: 1_500, hint: 'wait', facts: { index: 'docs' } };
    expect(await failing(new LifecycleError('SWITCH_OPEN', 'somebody flips', detail))).toMatchObject({
      type: 'SWITCH_OPEN',
      message: 'somebody flips',
      nonRetryable: false,
      nextRetryDelay: 1_500,
      details: [{ facts: { index: 'docs' }, hint: 'wait' }],
    });
  });

  test('a final one is not repeated', async () => {
    expect(await failing(new LifecycleError('ON_HOLD', 'held'))).toMatchObject({ type: 'ON_HOLD', nonRetryable: true });
  });

  test('one that nobody foresaw is repeated a few times, then it ends the work', async () => {
    expect(await failing(new TypeError('oops'))).toMatchObject({ type: 'INTERNAL', nonRetryable: false });
    expect(await failing(new TypeError('oops'), 5)).toMatchObject({ type: 'INTERNAL', nonRetryable: true });
  });
});
