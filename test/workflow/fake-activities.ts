import { ApplicationFailure } from '@temporalio/common';
import type { Activities } from '../../activities/index.js';
import type { ComparisonOutcome, VersionRef } from '../../src/contracts/activities.js';
import { aliasName, collectionName, indexName } from '../../src/domain/ids.js';
import type { VersionState } from '../../src/domain/version/version.js';

/** What one test changes about the world its workflow acts on. */
export interface World {
  /** Head of the log; may grow while catch-ups run. */
  head: number;
  live: number | null;
  readonly comparison: Partial<ComparisonOutcome>;
  readonly plan: 'nothing' | 'refresh' | 'new-version';
  /** Called before an activity acts; may throw to make it fail, or wait. */
  readonly before?: (name: keyof Activities, world: World) => Promise<void> | void;
}

export interface FakeStack {
  readonly activities: Activities;
  /** Names of the activities in the order of their calls; polling ones once. */
  readonly calls: string[];
  readonly states: Map<number, VersionState>;
  readonly reasons: string[];
  readonly world: World;
}

export const CANDIDATE = 2;

export const failure = (type: string, hint: string | null = null): ApplicationFailure =>
  ApplicationFailure.create({
    type,
    message: `${type} on purpose`,
    nonRetryable: true,
    details: [{ facts: {}, hint }],
  });

/** Activities with the effects that workflows can see, on a world in memory. */
export function fakeStack(change: Partial<World> = {}): FakeStack {
  const world: World = { head: 10, live: 1, comparison: {}, plan: 'new-version', ...change };
  const calls: string[] = [];
  const states = new Map<number, VersionState>();
  const reasons: string[] = [];
  const watermarks = new Map<number, number>();
  const acts = {
    ...fakeCorpus(world),
    ...fakeVersion(world, { states, reasons }),
    ...fakeFlip(world),
    requestCatchUp: async ({ version, revision }: VersionRef & { revision: number }) => {
      watermarks.set(version, revision);
    },
    cancelCatchUp: async () => undefined,
    awaitCatchUp: async ({ version }: VersionRef) => watermarks.get(version) ?? 0,
  };
  const recorded = Object.entries(acts).map(([name, act]) => {
    const run = async (input: never) => {
      calls.push(name);
      await world.before?.(name as keyof Activities, world);
      return act(input);
    };
    return [name, run];
  });
  return { activities: Object.fromEntries(recorded) as Activities, calls, states, reasons, world };
}

const fakeCorpus = (world: World) => ({
  scanCorpus: async () => ({
    scanned: 10,
    added: 10,
    changed: 0,
    unchanged: 0,
    deleted: 0,
    withheldDeletions: 0,
    problems: 0,
    head: world.head,
  }),
  awaitScan: async () => undefined,
  planIndex: async () => ({ action: world.plan, live: world.live }),
  corpusHead: async () => world.head,
  freezeLog: async () => world.head,
  releaseLog: async () => undefined,
});

const fakeVersion = (
  world: World,
  seen: { readonly states: Map<number, VersionState>; readonly reasons: string[] },
) => ({
  createVersion: async () => ({ version: CANDIDATE, decisionHours: 72 }),
  advanceVersion: async ({ version, to, reason }: VersionRef & { to: VersionState; reason: string }) => {
    seen.states.set(version, to);
    seen.reasons.push(reason);
  },
  verifyVersion: async () => undefined,
  compareVersions: async (): Promise<ComparisonOutcome> => ({
    version: CANDIDATE,
    verdict: 'PASS',
    reportDigest: 'digest',
    approval: 'required',
    startedBy: 'ann',
    comparisonId: 'comparison',
    look: 1,
    ...world.comparison,
  }),
  recordDecision: async ({ decision }: { decision: { answer: 'approved' | 'rejected' } }) => {
    seen.states.set(CANDIDATE, decision.answer);
  },
  versionSummary: async ({ version }: VersionRef) => ({
    state: world.live === version ? ('live' as const) : (seen.states.get(version) ?? 'planned'),
    documents: 9,
    chunks: 30,
    embedded: 30,
    cacheHits: 0,
    quarantined: 1,
  }),
});

const fakeFlip = (world: World) => ({
  routing: async () => ({ live: world.live, previous: 1 }),
  checkRollback: async () => 1,
  beginFlip: async ({ index, to }: { index: string; to: number }) => ({
    done: world.live === to,
    flip: {
      index: indexName(index),
      alias: aliasName(index),
      from: world.live === null ? null : collectionName(`${index}_v${world.live}`),
      to: collectionName(`${index}_v${to}`),
      fromVersion: world.live,
      toVersion: to,
      epoch: 1,
    },
  }),
  pointAlias: async () => 'flip' as const,
  readAliasBack: async () => undefined,
  commitFlip: async ({ flip }: { flip: { toVersion: number } }) => {
    world.live = flip.toVersion;
  },
});
