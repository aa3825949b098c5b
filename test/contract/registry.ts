import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { LifecycleError } from '../../src/domain/errors.js';
import { aliasName } from '../../src/domain/ids.js';
import type { SwitchFacts } from '../../src/domain/alias/switch.js';
import type { VersionState } from '../../src/domain/version/version.js';
import {
  change,
  configure,
  decisionOn,
  flip,
  freshIndex,
  madeLive,
  newVersion,
  openAnything,
  planned,
  scanIn,
  sha,
  walkTo,
  type RegistryHarness,
} from './registry-harness.js';

/** What every registry promises. */
export function describeRegistry(name: string, open: () => Promise<RegistryHarness>): void {
  describe(`Registry: ${name}`, () => {
    let ports: RegistryHarness;
    beforeAll(async () => {
      ports = await open();
    });
    afterAll(() => ports.close());

    const actions = async (index: ReturnType<typeof freshIndex>) =>
      (await ports.registry.auditTrail(index, 100)).map(({ action }) => action);

    describe('indexes', () => {
      test('an index is made once and updated afterwards; only changes are audited', async () => {
        const index = freshIndex();
        const row = {
          index,
          alias: aliasName(index),
          config: { a: { z: 1, b: [null] } },
          configHash: sha('1'),
          actor: 'anna',
        };
        await ports.registry.putIndex(row);
        await ports.registry.putIndex(row);
        await ports.registry.putIndex({ ...row, config: { a: 2 }, configHash: sha('2') });

        expect(await ports.registry.index(index)).toEqual({ index, alias: index, liveEpoch: 0, epoch: 0 });
        expect(await ports.registry.indexConfig(index)).toEqual({ index, config: { a: 2 }, configHash: sha('2') });
        expect(await actions(index)).toEqual(['index configured', 'index configured']);
      });

      test('ten processes that configure one index at once end with one row', async () => {
        const index = freshIndex();
        await Promise.all(
          Array.from({ length: 10 }, (_, n) =>
            ports.registry.putIndex({
              index,
              alias: aliasName(index),
              config: { n },
              configHash: sha(String(n)),
              actor: 'x',
            }),
          ),
        );

        expect((await ports.registry.indexes()).filter((row) => row.index === index)).toHaveLength(1);
        expect(await actions(index)).toHaveLength(10);
      });

      test('two indexes cannot share an alias', async () => {
        const [one, two] = [freshIndex(), freshIndex()];
        await configure(ports, one);

        const taken = { index: two, alias: aliasName(one), config: {}, configHash: sha('x'), actor: 'anna' };
        await expect(ports.registry.putIndex(taken)).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
        expect(await ports.registry.index(two)).toBeUndefined();
      });

      test('the alias may change until a version is live behind it', async () => {
        const index = freshIndex();
        await configure(ports, index);
        const row = { index, config: {}, configHash: sha('{}'), actor: 'anna' };
        await ports.registry.putIndex({ ...row, alias: aliasName(`${index}-other`) });
        expect((await ports.registry.index(index))?.alias).toBe(`${index}-other`);
        await madeLive(ports, index, 'anna');

        await expect(ports.registry.putIndex({ ...row, alias: aliasName(index) })).rejects.toMatchObject({
          code: 'CONFIG_INVALID',
        });
      });

      test('an unknown index has neither row nor configuration', async () => {
        const index = freshIndex();

        expect(await ports.registry.index(index)).toBeUndefined();
        expect(await ports.registry.indexConfig(index)).toBeUndefined();
        expect(await ports.registry.versions(index)).toEqual([]);
        await expect(ports.registry.createVersion(newVersion(index))).rejects.toMatchObject({ code: 'NOT_FOUND' });
      });

      test('the registry has one id for ever', async () => {
        expect(await ports.registry.id()).toMatch(/^[0-9a-f-]{36}$/);
        expect(await ports.registry.id()).toBe(await ports.registry.id());
      });
    });

    describe('versions', () => {
      test('a version is numbered, gets its collection and becomes the candidate', async () => {
        const index = freshIndex();
        const version = await planned(ports, index);

        expect(version).toMatchObject({ ...newVersion(index), number: 1, state: 'planned', collection: `${index}_v1` });
        expect(await ports.registry.version(version)).toEqual(version);
        expect(await ports.registry.index(index)).toMatchObject({ candidate: 1 });
      });

      test('a second candidate is refused, also when both are asked for at once', async () => {
        const index = freshIndex();
        await configure(ports, index);
        const outcomes = await Promise.allSettled(
          ['anna', 'berta', 'carl'].map((who) => ports.registry.createVersion(newVersion(index, who))),
        );

        expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
        for (const outcome of outcomes) {
          if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'ALREADY_RUNNING' });
        }
        expect(await ports.registry.versions(index)).toHaveLength(1);
      });

      test('asking again for the version that was just planned returns it: the first answer may have been lost', async () => {
        const index = freshIndex();
        const version = await planned(ports, index);

        expect(await ports.registry.createVersion(newVersion(index))).toEqual(version);
        await walkTo(ports, version, 'building');
        await expect(ports.registry.createVersion(newVersion(index))).rejects.toMatchObject({
          code: 'ALREADY_RUNNING',
        });
      });

      test('numbers are never used again', async () => {
        const index = freshIndex();
        const first = await planned(ports, index);
        await ports.registry.transition(first, { from: ['planned'], to: 'cancelled', actor: 'anna' });

        expect((await ports.registry.createVersion(newVersion(index))).number).toBe(2);
        expect((await ports.registry.versions(index)).map(({ number, state }) => [number, state])).toEqual([
          [1, 'cancelled'],
          [2, 'planned'],
        ]);
      });

      test('a step is a compare-and-set: of two that race for the same step each finds it done', async () => {
        const index = freshIndex();
        const version = await planned(ports, index);
        const step = { from: ['planned' as const], to: 'building' as const, actor: 'anna' };
        const outcomes = await Promise.all([
          ports.registry.transition(version, step),
          ports.registry.transition(version, step),
        ]);

        expect(outcomes.map(({ state }) => state)).toEqual(['building', 'building']);
        expect((await actions(index)).filter((action) => action === 'version building')).toHaveLength(1);
      });

      test('a step from a state the version is not in is refused', async () => {
        const version = await planned(ports, freshIndex());

        await expect(
          ports.registry.transition(version, { from: ['built'], to: 'verified', actor: 'anna' }),
        ).rejects.toMatchObject({ code: 'ILLEGAL_TRANSITION' });
        await expect(
          ports.registry.transition(version, { from: ['planned'], to: 'approved', actor: 'anna' }),
        ).rejects.toMatchObject({ code: 'ILLEGAL_TRANSITION' });
        expect((await ports.registry.version(version))?.state).toBe('planned');
      });

      test('nothing becomes live or previous but by a flip', async () => {
        const version = await planned(ports, freshIndex());
        await walkTo(ports, version, 'approved');

        const step = { from: ['approved' as const], to: 'live' as const, actor: 'anna' };
        await expect(ports.registry.transition(version, step)).rejects.toMatchObject({ code: 'ILLEGAL_TRANSITION' });
      });

      test.each(['failed', 'cancelled', 'rejected'] as const)('a %s version is the candidate no more', async (end) => {
        const version = await planned(ports, freshIndex());
        await walkTo(ports, version, 'verified');
        await ports.registry.transition(version, { from: ['verified'], to: end, actor: 'anna', reason: 'because' });

        expect(await ports.registry.index(version.index)).not.toHaveProperty('candidate');
        expect((await ports.registry.auditTrail(version.index, 1))[0]).toMatchObject({
          action: `version ${end}`,
          actor: 'anna',
          detail: { version: 1, from: 'verified', reason: 'because' },
        });
      });

      test('a failed version that is built again is the candidate again, unless another one took its place', async () => {
        const index = freshIndex();
        const first = await planned(ports, index);
        await ports.registry.transition(first, { from: ['planned'], to: 'failed', actor: 'anna' });
        const again = { from: ['failed' as const], to: 'building' as const, actor: 'anna' };
        await ports.registry.transition(first, again);
        expect(await ports.registry.index(index)).toMatchObject({ candidate: 1 });

        await ports.registry.transition(first, { from: ['building'], to: 'failed', actor: 'anna' });
        await ports.registry.createVersion(newVersion(index, 'berta'));
        await expect(ports.registry.transition(first, again)).rejects.toMatchObject({ code: 'ALREADY_RUNNING' });
      });

      test('facts are noted one by one; watermarks only grow', async () => {
        const version = await planned(ports, freshIndex());
        const stopped = { type: 'BUDGET_EXCEEDED', message: 'spent', revision: 7, at: '2026-01-01T00:00:00.000Z' };
        await ports.registry.note(version, { verifiedWatermark: 10, stopped });
        await ports.registry.note(version, { verifiedWatermark: 8, comparedWatermark: 9, comparisonId: 'c1' });

        const noted = { verifiedWatermark: 10, comparedWatermark: 9, comparisonId: 'c1' };
        expect(await ports.registry.version(version)).toEqual({ ...version, ...noted, stopped });
        await ports.registry.note(version, { stopped: null });
        expect(await ports.registry.version(version)).toEqual({ ...version, ...noted });
      });

      test('work adds up, whoever adds it at the same time', async () => {
        const version = await planned(ports, freshIndex());
        await Promise.all(
          Array.from({ length: 20 }, () => ports.registry.addWork(version, { embedded: 3, tokens: 100, cacheHits: 1 })),
        );
        await ports.registry.addWork(version, { reused: 5 });

        expect((await ports.registry.version(version))?.totals).toMatchObject({
          embedded: 60,
          tokens: 2_000,
          cacheHits: 20,
          reused: 5,
        });
        await expect(ports.registry.addWork({ ...version, number: 9 }, { tokens: 1 })).rejects.toMatchObject({
          code: 'NOT_FOUND',
        });
      });
    });

    describe('switches', () => {
      const request = (index: ReturnType<typeof freshIndex>, to: number, by = 'execution') => ({
        index,
        to,
        by,
        kind: 'promotion' as const,
        actor: 'anna',
      });

      const approved = async (index = freshIndex()) => {
        const version = await planned(ports, index);
        await walkTo(ports, version, 'approved');
        return version;
      };

      test('the domain decides on facts read under the locks', async () => {
        const version = await approved();
        const { index } = version;
        await scanIn(ports, index, [change('a'), change('b')]);
        await ports.registry.note(version, { comparedWatermark: 2, verifiedWatermark: 2 });
        await scanIn(ports, index, [change('b', 'again'), change('c')]);
        await ports.registry.recordDecision(decisionOn(version));
        await ports.log.freeze(index, { owner: 'execution', forMs: 60_000, replaces: true });
        const facts: SwitchFacts[] = [];
        await ports.registry.beginSwitch(request(index, 1), (read) => {
          facts.push(read);
          return { kind: 'done', liveEpoch: 0 };
        });

        expect(facts).toEqual([
          {
            row: await ports.registry.index(index),
            head: 4,
            freezeOwner: 'execution',
            to: await ports.registry.version(version),
            decision: decisionOn(version),
            now: expect.stringMatching(/^\d{4}-.*Z$/) as string,
            changedSinceCompared: 2,
            documents: 3,
          },
        ]);
      });

      test('what the decision throws rolls everything back', async () => {
        const version = await approved();
        const before = await actions(version.index);
        const refuse = () => {
          throw new LifecycleError('STALE_EPOCH', 'no');
        };

        await expect(ports.registry.beginSwitch(request(version.index, 1), refuse)).rejects.toMatchObject({
          code: 'STALE_EPOCH',
        });
        expect(await ports.registry.index(version.index)).not.toHaveProperty('switch');
        expect(await actions(version.index)).toEqual(before);
      });

      test('an open switch stands in the row, its epoch raised, its intent audited', async () => {
        const { index } = await approved();
        const opened = await ports.registry.beginSwitch(request(index, 1), openAnything('execution'));

        const open = opened.kind === 'open' ? opened.open : undefined;
        expect(await ports.registry.index(index)).toMatchObject({ epoch: 1, liveEpoch: 0, switch: open });
        expect((await actions(index))[0]).toBe('switch opened');
      });

      test('a first flip makes the candidate live, releases the freeze and is written down', async () => {
        const version = await approved();
        const { index } = version;
        await ports.log.freeze(index, { owner: 'execution', forMs: 60_000, replaces: true });
        await flip(ports, version);

        expect(await ports.registry.index(index)).toEqual({ index, alias: index, live: 1, liveEpoch: 1, epoch: 1 });
        expect((await ports.registry.version(version))?.state).toBe('live');
        expect(await ports.log.state(index)).not.toHaveProperty('freeze');
        expect(await ports.registry.history(index)).toEqual([
          { index, alias: index, to: 1, epoch: 1, kind: 'promotion', by: 'anna', at: expect.any(String) as string },
        ]);
        expect((await actions(index))[0]).toBe('switch committed');
      });

      test('committing again is done; committing a switch that was cleared is lost', async () => {
        const { index } = await approved();
        await ports.registry.beginSwitch(request(index, 1), openAnything('execution'));
        expect(await ports.registry.clearSwitch(index, 1, 'test')).toBe(true);
        expect(await ports.registry.clearSwitch(index, 1, 'test')).toBe(false);
        expect(await ports.registry.commitSwitch(index, 1, 'anna')).toBe('lost');
        expect(await ports.registry.index(index)).toMatchObject({ epoch: 2, liveEpoch: 0 });

        await ports.registry.beginSwitch(request(index, 1), openAnything('execution'));
        expect(await ports.registry.commitSwitch(index, 3, 'anna')).toBe('done');
        expect(await ports.registry.commitSwitch(index, 3, 'anna')).toBe('done');
        expect(await ports.registry.commitSwitch(index, 2, 'anna')).toBe('lost');
        expect(await ports.registry.history(index)).toHaveLength(1);
      });

      test('of many that commit and clear one switch at once, one wins and all agree', async () => {
        const { index } = await approved();
        await ports.registry.beginSwitch(request(index, 1), openAnything('execution'));
        const [cleared, ...commits] = await Promise.all([
          ports.registry.clearSwitch(index, 1, 'race'),
          ...Array.from({ length: 6 }, () => ports.registry.commitSwitch(index, 1, 'anna')),
        ]);

        const row = await ports.registry.index(index);
        expect(new Set(commits).size).toBe(1);
        expect(commits[0]).toBe(cleared ? 'lost' : 'done');
        expect(row?.live).toBe(cleared ? undefined : 1);
        expect(row).not.toHaveProperty('switch');
      });

      test('of two executions that begin at once, the second sees the switch of the first', async () => {
        const { index } = await approved();
        const decide = (by: string) => (facts: SwitchFacts) => {
          if (facts.row.switch) throw new LifecycleError('SWITCH_OPEN', 'taken');
          return openAnything(by)(facts);
        };
        const outcomes = await Promise.allSettled(
          ['one', 'two', 'three'].map((by) => ports.registry.beginSwitch(request(index, 1, by), decide(by))),
        );

        expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
        expect((await ports.registry.index(index))?.epoch).toBe(1);
      });

      test('a promotion makes the old live version previous; a rollback makes the two change places', async () => {
        const index = freshIndex();
        await configure(ports, index);
        const one = await madeLive(ports, index, 'anna');
        const two = await madeLive(ports, index, 'berta');
        const states = async () => (await ports.registry.versions(index)).map(({ state }) => state);

        expect(await ports.registry.index(index)).toMatchObject({ live: 2, previous: 1, liveEpoch: 2 });
        expect(await states()).toEqual(['previous', 'live']);
        await flip(ports, one, 'rollback');
        expect(await ports.registry.index(index)).toMatchObject({ live: 1, previous: 2, liveEpoch: 3 });
        expect(await states()).toEqual(['live', 'previous']);
        await flip(ports, two, 'rollback');
        expect(await states()).toEqual(['previous', 'live']);
        expect((await ports.registry.history(index)).map(({ from, to, kind }) => [from, to, kind])).toEqual([
          [undefined, 1, 'promotion'],
          [1, 2, 'promotion'],
          [2, 1, 'rollback'],
          [1, 2, 'rollback'],
        ]);
      });

      test('promoting a third version retires the first: one index has one previous version', async () => {
        const index = freshIndex();
        await configure(ports, index);
        for (const who of ['anna', 'berta', 'carl']) await madeLive(ports, index, who);

        expect((await ports.registry.versions(index)).map(({ state }) => state)).toEqual([
          'retired',
          'previous',
          'live',
        ]);
        expect(await ports.registry.index(index)).toMatchObject({ live: 3, previous: 2 });
      });

      test('a rollback leaves a candidate under way alone', async () => {
        const index = freshIndex();
        await configure(ports, index);
        const one = await madeLive(ports, index, 'anna');
        await madeLive(ports, index, 'berta');
        await ports.registry.createVersion(newVersion(index, 'carl'));
        await flip(ports, one, 'rollback');

        expect(await ports.registry.index(index)).toMatchObject({ live: 1, previous: 2, candidate: 3 });
      });

      test('a version that was never approved cannot go live, whatever was opened', async () => {
        const version = await planned(ports, freshIndex());
        await ports.registry.beginSwitch(request(version.index, 1), openAnything('execution'));

        await expect(ports.registry.commitSwitch(version.index, 1, 'anna')).rejects.toMatchObject({
          code: 'ILLEGAL_TRANSITION',
        });
        expect(await ports.registry.index(version.index)).not.toHaveProperty('live');
        expect((await ports.registry.version(version))?.state).toBe('planned');
      });

      test('the state of a version does not change while a switch names it', async () => {
        const version = await approved();
        await ports.registry.beginSwitch(request(version.index, 1), openAnything('execution'));

        await expect(
          ports.registry.transition(version, { from: ['approved'], to: 'cancelled', actor: 'anna' }),
        ).rejects.toMatchObject({ code: 'SWITCH_OPEN', retryable: true });
      });

      test('the previous version can be retired, and nothing can be rolled back to it then', async () => {
        const index = freshIndex();
        await configure(ports, index);
        const one = await madeLive(ports, index, 'anna');
        await madeLive(ports, index, 'berta');
        await ports.registry.transition(one, { from: ['previous'], to: 'retired', actor: 'anna' });

        expect(await ports.registry.index(index)).not.toHaveProperty('previous');
        await ports.registry.beginSwitch(
          { ...request(index, 1), kind: 'rollback' },
          openAnything('execution', 'rollback'),
        );
        await expect(ports.registry.commitSwitch(index, 3, 'anna')).rejects.toMatchObject({
          code: 'ILLEGAL_TRANSITION',
        });
      });

      test('an unknown version cannot be switched to', async () => {
        const { index } = await approved();

        await expect(ports.registry.beginSwitch(request(index, 7), openAnything('x'))).rejects.toMatchObject({
          code: 'NOT_FOUND',
        });
      });
    });

    describe('decisions', () => {
      test('a decision comes back as it was given, and is audited', async () => {
        const version = await planned(ports, freshIndex());
        await ports.registry.recordDecision(decisionOn(version));
        await ports.registry.recordDecision(decisionOn(version));

        expect(await ports.registry.decision(version)).toEqual(decisionOn(version));
        expect(await actions(version.index)).toEqual(['decision approved', 'version created', 'index configured']);
      });

      test('it stands until it expires', async () => {
        const version = await planned(ports, freshIndex());
        const soon = new Date(Date.parse(await ports.registry.now()) + 1_500).toISOString();
        await ports.registry.recordDecision(decisionOn(version, { expiresAt: soon }));
        const second = decisionOn(version, { id: `${version.index}-second`, answer: 'rejected' });
        await expect(ports.registry.recordDecision(second)).rejects.toMatchObject({ code: 'DECISION_REFUSED' });
        await ports.elapse(1_500);
        await ports.registry.recordDecision(second);

        expect(await ports.registry.decision(version)).toEqual(second);
      });

      test('a decision on a later report replaces the one on an earlier report', async () => {
        const version = await planned(ports, freshIndex());
        await ports.registry.recordDecision(decisionOn(version));
        const later = decisionOn(version, { id: `${version.index}-later`, reportDigest: sha('later report') });
        await ports.registry.recordDecision(later);

        expect(await ports.registry.decision(version)).toEqual(later);
      });

      test('of two answers at once, one stands', async () => {
        const version = await planned(ports, freshIndex());
        const outcomes = await Promise.allSettled(
          ['a', 'b', 'c'].map((n) =>
            ports.registry.recordDecision(decisionOn(version, { id: `${version.index}-${n}` })),
          ),
        );

        expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      });
    });

    test('the audit trail shows the latest entries first', async () => {
      const index = freshIndex();
      for (const n of [1, 2, 3]) {
        await ports.registry.audit({ index, actor: 'anna', action: `step ${n}`, detail: { n, half: '\ud800' } });
      }

      expect((await ports.registry.auditTrail(index, 2)).map(({ action }) => action)).toEqual(['step 3', 'step 2']);
      expect((await ports.registry.auditTrail(index, 1))[0]).toEqual({
        index,
        actor: 'anna',
        action: 'step 3',
        detail: { n: 3, half: '\ud800' },
        at: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/) as string,
      });
    });
  });
}

/** What SQL itself refuses, whoever writes it. */
export function describeConstraints(
  open: () => Promise<RegistryHarness>,
  allowed: readonly (readonly [VersionState, VersionState])[],
): void {
  describe('constraints of the registry', () => {
    let ports: RegistryHarness;
    let client: pg.Client;
    beforeAll(async () => {
      ports = await open();
      client = new pg.Client(ports.databaseUrl);
      await client.connect();
    });
    afterAll(async () => {
      await client.end();
      await ports.close();
    });

    const sql = (text: string, ...values: unknown[]) => client.query(text, values);

    test('the transitions that SQL allows are those of the domain', async () => {
      const { rows } = await client.query<{ step: string }>(
        `SELECT from_state || ' > ' || to_state AS step FROM version_transitions`,
      );

      expect(rows.map(({ step }) => step).sort()).toEqual(allowed.map(([from, to]) => `${from} > ${to}`).sort());
    });

    test('a skipped state is refused', async () => {
      const { index } = await planned(ports, freshIndex());

      await expect(sql(`UPDATE versions SET state = 'verified' WHERE index_name = $1`, index)).rejects.toMatchObject({
        code: 'CU001',
      });
    });

    test('a version cannot be born in the middle of its life', async () => {
      const { index } = await planned(ports, freshIndex());
      const born = `INSERT INTO versions SELECT (jsonb_populate_record(v, '{"number": 2, "state": "built", "collection": "x"}')).*
                    FROM versions v WHERE index_name = $1`;

      await expect(sql(born, index)).rejects.toMatchObject({ code: 'CU001' });
    });

    test('two live versions of one index are refused', async () => {
      const index = freshIndex();
      await configure(ports, index);
      await madeLive(ports, index, 'anna');
      const second = await ports.registry.createVersion(newVersion(index, 'berta'));
      await walkTo(ports, second, 'approved');

      await expect(
        sql(`UPDATE versions SET state = 'live' WHERE index_name = $1 AND number = 2`, index),
      ).rejects.toMatchObject({
        constraint: 'one_live_version',
      });
    });

    test('an index row that says otherwise than its versions is refused when the transaction commits', async () => {
      const version = await planned(ports, freshIndex());
      await walkTo(ports, version, 'approved');

      await expect(
        sql(`UPDATE versions SET state = 'live' WHERE index_name = $1`, version.index),
      ).rejects.toMatchObject({
        code: 'CU003',
      });
      await expect(
        sql(`UPDATE indexes SET candidate = NULL WHERE index_name = $1`, version.index),
      ).rejects.toMatchObject({
        code: 'CU003',
      });
    });

    test('no counter goes back: revision, watermark, writer, epoch, ledger', async () => {
      const version = await planned(ports, freshIndex());
      const { index } = version;
      await scanIn(ports, index, [change('a'), change('b')]);
      const { writer } = await ports.fence.takeOver(version);
      await ports.fence.advanceWatermark({ index, number: 1, writer }, 2);
      await ports.ledger.write(version, [
        { docId: change('a').id, revision: 1, contentHash: '', chunkCount: 0, chunkDigest: '' },
      ]);

      for (const update of [
        'UPDATE corpora SET head_revision = 1 WHERE index_name = $1',
        'UPDATE versions SET watermark = 1 WHERE index_name = $1',
        'UPDATE versions SET writer = 0 WHERE index_name = $1',
        'UPDATE ledger SET revision = 0 WHERE index_name = $1',
        `UPDATE documents SET revision = revision - 1 WHERE doc_id = 'b' AND index_name = $1`,
      ]) {
        await expect(sql(update, index), update).rejects.toMatchObject({ code: 'CU002' });
      }
    });

    test('a decision without digests is refused', async () => {
      const version = await planned(ports, freshIndex());

      await expect(ports.registry.recordDecision(decisionOn(version, { reportDigest: '' }))).rejects.toMatchObject({
        cause: { code: '23514' },
      });
      expect(await ports.registry.decision(version)).toBeUndefined();
    });

    test('audit, decisions, history and sealed reports are never changed or deleted', async () => {
      const version = await planned(ports, freshIndex());
      await ports.registry.recordDecision(decisionOn(version));

      for (const table of ['audit', 'decisions', 'alias_history', 'comparisons']) {
        for (const change_ of [`UPDATE ${table} SET index_name = 'x'`, `DELETE FROM ${table}`, `TRUNCATE ${table}`]) {
          await expect(sql(change_), change_).rejects.toMatchObject({ code: 'CU004' });
        }
      }
    });

    test('the audit entry of a mutation that fails goes with it', async () => {
      const version = await planned(ports, freshIndex());
      const before = await ports.registry.auditTrail(version.index, 10);
      // The second statement of the same transaction is what fails: the collection's name is taken.
      await sql(`UPDATE versions SET collection = $1 WHERE index_name = $2`, `${version.index}_v2`, version.index);
      await ports.registry.transition(version, { from: ['planned'], to: 'cancelled', actor: 'anna' });

      await expect(ports.registry.createVersion(newVersion(version.index))).rejects.toMatchObject({ code: 'INTERNAL' });
      expect(await ports.registry.auditTrail(version.index, 10)).toHaveLength(before.length + 1);
      expect(await ports.registry.index(version.index)).not.toHaveProperty('candidate');
    });
  });
}
