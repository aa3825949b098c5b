import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { VersionKey } from '../../src/ports/ledger.js';
import { change, freshIndex, openAnything, planned, scanIn, type RegistryHarness } from './registry-harness.js';

const LEASE_MS = 60_000;

/** What every writer fence promises. */
export function describeWriterFence(name: string, open: () => Promise<RegistryHarness>): void {
  describe(`WriterFence: ${name}`, () => {
    let ports: RegistryHarness;
    beforeAll(async () => {
      ports = await open();
    });
    afterAll(() => ports.close());

    /** A version over a log of six documents, d1 to d6 at revisions 1 to 6. */
    const begin = async () => {
      const { index, number } = await planned(ports, freshIndex());
      await scanIn(
        ports,
        index,
        [1, 2, 3, 4, 5, 6].map((n) => change(`d${n}`)),
      );
      const key: VersionKey = { index, number };
      const { writer } = await ports.fence.takeOver(key);
      return { key, writer };
    };

    const acquire = async (slice: VersionKey & { writer: number; from: number; to: number }, leaseMs = LEASE_MS) => ({
      ...slice,
      attempt: (await ports.fence.acquire(slice, leaseMs)).attempt,
    });

    test('each take-over raises the writer and tells where the version stands', async () => {
      const { key, writer } = await begin();
      await ports.fence.advanceWatermark({ ...key, writer }, 4);

      expect(writer).toBe(1);
      expect(await ports.fence.takeOver(key)).toEqual({ writer: 2, watermark: 4, waitMs: 0 });
      expect((await ports.registry.version(key))?.writer).toBe(2);
    });

    test('a superseded writer can neither acquire nor renew nor move the watermark', async () => {
      const { key, writer } = await begin();
      const lease = await acquire({ ...key, writer, from: 0, to: 3 });
      await ports.fence.takeOver(key);

      const stale = { code: 'STALE_WRITER' };
      await expect(ports.fence.acquire({ ...key, writer, from: 3, to: 6 }, LEASE_MS)).rejects.toMatchObject(stale);
      await expect(ports.fence.renew(lease, LEASE_MS)).rejects.toMatchObject(stale);
      await expect(ports.fence.advanceWatermark({ ...key, writer }, 3)).rejects.toMatchObject(stale);
      await expect(ports.fence.finishSweeps({ ...key, writer }, [])).rejects.toMatchObject(stale);
    });

    test('a take-over waits for the longest lease and queues the documents of all that were open', async () => {
      const { key, writer } = await begin();
      await acquire({ ...key, writer, from: 0, to: 2 }, 20_000);
      await acquire({ ...key, writer, from: 4, to: 6 }, 50_000);

      const { waitMs } = await ports.fence.takeOver(key);
      expect(waitMs).toBeGreaterThan(45_000);
      expect(waitMs).toBeLessThanOrEqual(50_000);
      expect([...(await ports.fence.queuedSweeps(key, 10))].sort()).toEqual(['d1', 'd2', 'd5', 'd6']);
      expect((await ports.fence.takeOver(key)).waitMs).toBeGreaterThan(45_000);
    });

    test('a released lease leaves nothing to wait for and nothing to sweep', async () => {
      const { key, writer } = await begin();
      const lease = await acquire({ ...key, writer, from: 0, to: 3 });
      expect(await ports.fence.anyLease(key)).toBe(true);
      await ports.fence.release(lease);

      expect(await ports.fence.anyLease(key)).toBe(false);
      expect(await ports.fence.takeOver(key)).toMatchObject({ waitMs: 0 });
      expect(await ports.fence.queuedSweeps(key, 10)).toEqual([]);
    });

    test('a second attempt at a slice supersedes the first, waits for it and queues its documents', async () => {
      const { key, writer } = await begin();
      const first = await acquire({ ...key, writer, from: 0, to: 2 });
      const second = await ports.fence.acquire({ ...key, writer, from: 0, to: 2 }, LEASE_MS);

      expect(second.attempt).toBe(2);
      expect(second.waitMs).toBeGreaterThan(LEASE_MS - 5_000);
      expect([...(await ports.fence.queuedSweeps(key, 10))].sort()).toEqual(['d1', 'd2']);
      await expect(ports.fence.renew(first, LEASE_MS)).rejects.toMatchObject({ code: 'LEASE_LOST' });
      await ports.fence.renew({ ...first, attempt: 2 }, LEASE_MS);
      await ports.fence.release(first);
      expect(await ports.fence.anyLease(key)).toBe(true);
    });

    test('attempts are counted on after a release, so that a late one is never mistaken for the present one', async () => {
      const { key, writer } = await begin();
      const first = await acquire({ ...key, writer, from: 0, to: 2 });
      await ports.fence.release(first);
      const second = await ports.fence.acquire({ ...key, writer, from: 0, to: 2 }, LEASE_MS);

      expect(second).toEqual({ attempt: 2, waitMs: 0 });
      await expect(ports.fence.renew(first, LEASE_MS)).rejects.toMatchObject({ code: 'LEASE_LOST' });
    });

    test('a document that left the slice after the attempt began is queued too: its old points may still arrive', async () => {
      const { key, writer } = await begin();
      await acquire({ ...key, writer, from: 0, to: 2 });
      await scanIn(ports, key.index, [change('d1', 'moved to revision 7')]);
      await ports.fence.takeOver(key);

      expect([...(await ports.fence.queuedSweeps(key, 10))].sort()).toEqual(['d1', 'd2']);
    });

    test('a lease that has run out is not waited for, but its documents are swept all the same', async () => {
      const { key, writer } = await begin();
      await acquire({ ...key, writer, from: 0, to: 1 }, 30);
      await ports.elapse(30);

      expect(await ports.fence.anyLease(key)).toBe(false);
      expect(await ports.fence.takeOver(key)).toMatchObject({ waitMs: 0 });
      expect(await ports.fence.queuedSweeps(key, 10)).toEqual(['d1']);
    });

    test('renewing prolongs a lease, even one that has lapsed, as long as nobody took over', async () => {
      const { key, writer } = await begin();
      const lease = await acquire({ ...key, writer, from: 0, to: 1 }, 30);
      await ports.elapse(30);
      await ports.fence.renew(lease, LEASE_MS);

      expect(await ports.fence.anyLease(key)).toBe(true);
      expect((await ports.fence.takeOver(key)).waitMs).toBeGreaterThan(LEASE_MS - 5_000);
    });

    test('the watermark does not pass queued sweeps', async () => {
      const { key, writer } = await begin();
      await acquire({ ...key, writer, from: 0, to: 2 });
      const next = (await ports.fence.takeOver(key)).writer;

      expect(await ports.fence.advanceWatermark({ ...key, writer: next }, 2)).toBe(0);
      const queued = await ports.fence.queuedSweeps(key, 10);
      await ports.fence.finishSweeps({ ...key, writer: next }, queued.slice(0, 1));
      expect(await ports.fence.advanceWatermark({ ...key, writer: next }, 2)).toBe(0);
      await ports.fence.finishSweeps(key, queued);
      expect(await ports.fence.advanceWatermark({ ...key, writer: next }, 2)).toBe(2);
    });

    test('the watermark never goes back', async () => {
      const { key, writer } = await begin();
      await ports.fence.advanceWatermark({ ...key, writer }, 5);

      expect(await ports.fence.advanceWatermark({ ...key, writer }, 3)).toBe(5);
      expect((await ports.registry.version(key))?.watermark).toBe(5);
    });

    test('no watermark of a version moves while a switch names it', async () => {
      const { key, writer } = await begin();
      const opened = await ports.registry.beginSwitch(
        { index: key.index, to: key.number, by: 'x', kind: 'promotion', actor: 'anna' },
        openAnything('x'),
      );

      expect(await ports.fence.advanceWatermark({ ...key, writer }, 5)).toBe(0);
      await ports.registry.clearSwitch(key.index, opened.kind === 'open' ? opened.open.epoch : 0, 'test');
      expect(await ports.fence.advanceWatermark({ ...key, writer }, 5)).toBe(5);
    });

    test('of take-overs and renewals at the same moment none is lost: whoever renewed is waited for', async () => {
      const { key, writer } = await begin();
      for (let round = 0, current = writer; round < 10; round += 1) {
        const lease = await acquire({ ...key, writer: current, from: 0, to: 3 }, 1);
        await ports.elapse(1);
        const [renewed, taken] = await Promise.all([
          ports.fence.renew(lease, LEASE_MS).then(
            () => true,
            () => false,
          ),
          ports.fence.takeOver(key),
        ]);
        if (renewed) expect(taken.waitMs).toBeGreaterThan(LEASE_MS - 5_000);
        await expect(ports.fence.renew(lease, LEASE_MS)).rejects.toMatchObject({ code: 'STALE_WRITER' });
        current = taken.writer;
      }
    });

    test('an unknown version is refused by name', async () => {
      await expect(ports.fence.takeOver({ index: freshIndex(), number: 1 })).rejects.toMatchObject({
        code: 'NOT_FOUND',
      });
    });
  });
}
