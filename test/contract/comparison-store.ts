import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { IndexVersion } from '../../src/domain/version/version.js';
import type { ComparisonRecord } from '../../src/ports/comparison-store.js';
import { configure, freshIndex, madeLive, newVersion, planned, sha, type RegistryHarness } from './registry-harness.js';

let reports = 0;

function recordOf(candidate: IndexVersion, over: Partial<ComparisonRecord> = {}): ComparisonRecord {
  const id = `comparison-${(reports += 1)}`;
  return {
    id,
    index: candidate.index,
    candidate: candidate.number,
    verdict: 'PASS',
    goldenSet: sha('golden'),
    report: { delta: 0.0123456789012345, lists: [{ z: 1, a: 'half \ud800 and \u0000' }], none: null },
    digest: sha(id),
    createdAt: '2026-01-02T03:04:05.678Z',
    ...over,
  };
}

/** What every comparison store promises. */
export function describeComparisonStore(name: string, open: () => Promise<RegistryHarness>): void {
  describe(`ComparisonStore: ${name}`, () => {
    let ports: RegistryHarness;
    beforeAll(async () => {
      ports = await open();
    });
    afterAll(() => ports.close());

    test('a sealed report and its runs come back as they were', async () => {
      const index = freshIndex();
      await configure(ports, index);
      const live = await madeLive(ports, index, 'anna');
      const record = recordOf(await ports.registry.createVersion(newVersion(index, 'berta')), { live: live.number });
      const runs = { live: 'q1 Q0 d1 1 0.9 live\n'.repeat(1_000), candidate: 'q1 Q0 dä 1 0.9 candidate\n' };
      await ports.comparisons.seal(record, runs);

      expect(await ports.comparisons.get(record.id)).toEqual(record);
      expect(JSON.stringify((await ports.comparisons.get(record.id))?.report)).toBe(JSON.stringify(record.report));
      expect(await ports.comparisons.runs(record.id)).toEqual(runs);
    });

    test('a first version has a report without a live side and without a verdict', async () => {
      const record = recordOf(await planned(ports, freshIndex()), { verdict: null });
      await ports.comparisons.seal(record, { candidate: 'run' });

      expect(await ports.comparisons.get(record.id)).toEqual(record);
      expect(await ports.comparisons.runs(record.id)).toEqual({ candidate: 'run' });
    });

    test('sealing again is harmless, with another report it is refused', async () => {
      const record = recordOf(await planned(ports, freshIndex()));
      await ports.comparisons.seal(record, { candidate: 'run' });
      await ports.comparisons.seal(record, { candidate: 'run' });

      const other = { ...record, digest: sha('other') };
      await expect(ports.comparisons.seal(other, { candidate: 'x' })).rejects.toMatchObject({
        code: 'COMPARISON_VOID',
      });
      expect((await ports.comparisons.get(record.id))?.digest).toBe(record.digest);
    });

    test('the latest is the one sealed last', async () => {
      const candidate = await planned(ports, freshIndex());
      const [first, second] = [recordOf(candidate, { createdAt: '2030-01-01T00:00:00.000Z' }), recordOf(candidate)];
      await ports.comparisons.seal(first, { candidate: '1' });
      await ports.comparisons.seal(second, { candidate: '2' });

      expect((await ports.comparisons.latest(candidate.index, candidate.number))?.id).toBe(second.id);
      expect(await ports.comparisons.latest(candidate.index, candidate.number + 1)).toBeUndefined();
      expect(await ports.comparisons.get('unknown')).toBeUndefined();
      expect(await ports.comparisons.runs('unknown')).toBeUndefined();
    });

    test('looks are counted by what was compared on which golden set, over versions of one fingerprint', async () => {
      const index = freshIndex();
      const first = await planned(ports, index);
      await ports.comparisons.seal(recordOf(first), { candidate: '1' });
      await ports.comparisons.seal(recordOf(first, { goldenSet: sha('another') }), { candidate: '1' });
      await ports.registry.transition(first, { from: ['planned'], to: 'rejected', actor: 'anna' });
      const again = await ports.registry.createVersion(newVersion(index));
      await ports.comparisons.seal(recordOf(again), { candidate: '2' });

      const { version } = first.fingerprints;
      expect(await ports.comparisons.looks(index, version, sha('golden'))).toBe(2);
      expect(await ports.comparisons.looks(index, version, sha('another'))).toBe(1);
      expect(await ports.comparisons.looks(index, sha('other version'), sha('golden'))).toBe(0);
      expect(await ports.comparisons.looks(freshIndex(), version, sha('golden'))).toBe(0);
    });

    test('the report of a first version, which has no verdict, is not a look', async () => {
      // A model that was live once came back as a candidate; its first report had used up its look.
      const index = freshIndex();
      const first = await planned(ports, index);
      await ports.comparisons.seal(recordOf(first, { verdict: null }), { candidate: '1' });

      expect(await ports.comparisons.looks(index, first.fingerprints.version, sha('golden'))).toBe(0);
    });
  });
}
