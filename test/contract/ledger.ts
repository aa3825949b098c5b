import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { docId } from '../../src/domain/ids.js';
import type { LedgerEntry } from '../../src/ports/ledger.js';
import { change, collect, freshIndex, planned, scanIn, sha, type RegistryHarness } from './registry-harness.js';

const entry = (id: string, revision: number, over: Partial<LedgerEntry> = {}): LedgerEntry => ({
  docId: docId(id),
  revision,
  appliedRevision: revision,
  contentHash: sha(id),
  chunkCount: 2,
  chunkDigest: sha(`${id}-${revision}`),
  ...over,
});

/** What every ledger promises. */
export function describeLedger(name: string, open: () => Promise<RegistryHarness>): void {
  describe(`Ledger: ${name}`, () => {
    let ports: RegistryHarness;
    beforeAll(async () => {
      ports = await open();
    });
    afterAll(() => ports.close());

    const version = async () => {
      const { index, number } = await planned(ports, freshIndex());
      return { index, number };
    };

    test('entries come back as they were written', async () => {
      const key = await version();
      const deleted: LedgerEntry = {
        docId: docId('gone'),
        revision: 3,
        contentHash: sha('g'),
        chunkCount: 0,
        chunkDigest: '',
      };
      const stuck = entry('stuck', 5, { appliedRevision: 2, quarantine: 'embedder refuses it' });
      await ports.ledger.write(key, [entry('a', 1), deleted, stuck]);

      const found = await ports.ledger.entries(key, ['a', 'gone', 'stuck', 'unknown'].map(docId));
      expect(Object.fromEntries(found)).toEqual({ a: entry('a', 1), gone: deleted, stuck });
    });

    test('an entry moves upwards only, whatever order the writes arrive in', async () => {
      const key = await version();
      await ports.ledger.write(key, [entry('a', 5)]);
      await ports.ledger.write(key, [entry('a', 4, { chunkCount: 9 })]);
      expect((await ports.ledger.entries(key, [docId('a')])).get(docId('a'))).toEqual(entry('a', 5));

      await ports.ledger.write(key, [entry('a', 6), entry('a', 3)]);
      expect((await ports.ledger.entries(key, [docId('a')])).get(docId('a'))).toEqual(entry('a', 6));
    });

    test('writing the same revision again replaces what is said of it', async () => {
      const key = await version();
      await ports.ledger.write(key, [entry('a', 5, { quarantine: 'NaN' })]);
      await ports.ledger.write(key, [entry('a', 5)]);

      expect((await ports.ledger.entries(key, [docId('a')])).get(docId('a'))).toEqual(entry('a', 5));
      expect(await ports.ledger.quarantined(key, 10)).toEqual([]);
    });

    test('pages give every entry once, in document order', async () => {
      const key = await version();
      const ids = ['b', 'a', 'Z', 'ä', '\uffff', '🙂', '10', '9'];
      await ports.ledger.write(
        key,
        ids.map((id) => entry(id, 1)),
      );

      const pages = await collect(ports.ledger.pages(key, 3));
      expect(pages.map((page) => page.length)).toEqual([3, 3, 2]);
      // Code point order: an emoji comes after U+FFFF, unlike in UTF-16.
      expect(pages.flat().map(({ docId: id }) => id)).toEqual(['10', '9', 'Z', 'a', 'b', 'ä', '\uffff', '🙂']);
    });

    test('totals follow every write: new, replaced, deleted, quarantined', async () => {
      const key = await version();
      await ports.ledger.write(key, [entry('a', 1), entry('b', 2, { chunkCount: 3 })]);
      expect(await ports.ledger.totals(key)).toEqual({ documents: 2, chunks: 5, quarantined: 0 });

      await ports.ledger.write(key, [
        entry('a', 3, { chunkCount: 1 }),
        { docId: docId('b'), revision: 4, contentHash: '', chunkCount: 0, chunkDigest: '' },
        entry('c', 5, { quarantine: 'too long' }),
      ]);
      expect(await ports.ledger.totals(key)).toEqual({ documents: 2, chunks: 3, quarantined: 1 });

      await ports.ledger.write(key, [entry('a', 2, { chunkCount: 100 })]);
      expect(await ports.ledger.totals(key)).toEqual({ documents: 2, chunks: 3, quarantined: 1 });
      expect((await ports.registry.version(key))?.totals).toMatchObject({ documents: 2, chunks: 3, quarantined: 1 });
    });

    test('totals stay right when many batches are written at once', async () => {
      const key = await version();
      await Promise.all(
        Array.from({ length: 10 }, (_, writer) =>
          ports.ledger.write(
            key,
            Array.from({ length: 50 }, (__, n) =>
              entry(`d${(n * 7 + writer * 3) % 60}`, 1 + writer, { chunkCount: 1 + writer }),
            ),
          ),
        ),
      );

      const all = (await collect(ports.ledger.pages(key, 1_000))).flat();
      expect(await ports.ledger.totals(key)).toEqual({
        documents: all.length,
        chunks: all.reduce((sum, { chunkCount }) => sum + chunkCount, 0),
        quarantined: 0,
      });
    });

    test('log and ledger disagree about documents that were not applied, or not at their latest revision', async () => {
      const key = await version();
      await scanIn(ports, key.index, [change('c'), change('b'), change('a'), change('late')]);
      await ports.ledger.write(key, [entry('c', 1), entry('a', 1)]);

      expect(await ports.ledger.disagreements(key, 3, 10)).toEqual([
        { docId: 'a', logRevision: 3, ledgerRevision: 1 },
        { docId: 'b', logRevision: 2 },
      ]);
      expect(await ports.ledger.disagreements(key, 3, 1)).toHaveLength(1);
      await ports.ledger.write(key, [entry('a', 3), entry('b', 2)]);
      expect(await ports.ledger.disagreements(key, 3, 10)).toEqual([]);
    });

    test('versions of one index keep ledgers of their own, and an unknown version has none', async () => {
      const key = await version();
      await ports.ledger.write(key, [entry('a', 1)]);

      const other = { ...key, number: key.number + 1 };
      expect((await ports.ledger.entries(other, [docId('a')])).size).toBe(0);
      await expect(ports.ledger.write(other, [entry('a', 1)])).rejects.toMatchObject({ code: 'NOT_FOUND' });
    });

    test('quarantined documents are listed in order', async () => {
      const key = await version();
      await ports.ledger.write(key, [
        entry('b', 1, { quarantine: 'NaN' }),
        entry('a', 2, { quarantine: 'too long' }),
        entry('c', 3),
      ]);

      expect((await ports.ledger.quarantined(key, 10)).map(({ docId: id }) => id)).toEqual(['a', 'b']);
      expect(await ports.ledger.quarantined(key, 1)).toHaveLength(1);
    });
  });
}
