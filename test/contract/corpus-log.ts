import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { contentKey, docId } from '../../src/domain/ids.js';
import { change, collect, freshIndex, scanIn, sha, type RegistryHarness } from './registry-harness.js';

/** What every corpus log and its content store promise. */
export function describeCorpusLog(name: string, open: () => Promise<RegistryHarness>): void {
  describe(`CorpusLog: ${name}`, () => {
    let ports: RegistryHarness;
    beforeAll(async () => {
      ports = await open();
    });
    afterAll(() => ports.close());

    const deal = async (ids: readonly string[], index = freshIndex()) => {
      await scanIn(
        ports,
        index,
        ids.map((id) => change(id)),
      );
      return index;
    };

    test('an unknown corpus is empty and stands at revision 0', async () => {
      const index = freshIndex();

      expect(await ports.log.state(index)).toEqual({ index, head: 0, documents: 0 });
      expect(await collect(ports.log.read(index, { from: 0, to: 10 }, 5))).toEqual([]);
      expect(
        await ports.log.planSlices(index, { from: 0, to: 0 }, { maxDocuments: 1, maxTextBytes: 1, limit: 1 }),
      ).toEqual([]);
    });

    test('each changed document takes the next revision, in the order given', async () => {
      const index = await deal(['b', 'a', 'c']);

      const [page] = await collect(ports.log.read(index, { from: 0, to: 3 }, 10));
      expect(page?.map(({ id, revision, kind }) => [id, revision, kind])).toEqual([
        ['b', 1, 'present'],
        ['a', 2, 'present'],
        ['c', 3, 'present'],
      ]);
      expect(await ports.log.state(index)).toEqual({ index, head: 3, documents: 3 });
    });

    test('a document that changes again has one row, at its latest revision', async () => {
      const index = await deal(['a', 'b']);
      await scanIn(ports, index, [change('a', 'new text')]);

      const rows = (await collect(ports.log.read(index, { from: 0, to: 3 }, 10))).flat();
      expect(rows.map(({ id, revision }) => [id, revision])).toEqual([
        ['b', 2],
        ['a', 3],
      ]);
      expect(await ports.log.state(index)).toMatchObject({ head: 3, documents: 2 });
    });

    test('a row comes back as it was written, odd characters of its metadata included', async () => {
      const index = freshIndex();
      const odd = {
        ...change('päth/ü 🙂', 'text', { nul: 'a\u0000b', half: '\ud800', list: [1, { deep: null }] }),
        hint: 'mtime:1',
        title: 'A "title", {with} \\ everything',
        uri: 'file:///x',
      };
      await scanIn(ports, index, [odd]);

      const { content, ...fields } = odd;
      const expected = { ...fields, revision: 1, kind: 'present', contentKey: content?.key };
      expect(await ports.log.documents(index, [odd.id])).toEqual([expected]);
      expect((await ports.log.lookUp({ index, scan: 1, head: 0 }, [odd.id])).get(odd.id)).toEqual({
        ...expected,
        seenByThisScan: true,
      });
    });

    test('a document that cannot be read is kept with its problem and without content', async () => {
      const index = freshIndex();
      const { id, contentHash, metadata } = change('bad');
      const unreadable = { id, contentHash, metadata };
      await scanIn(ports, index, [{ ...unreadable, problem: 'invalid UTF-8' }]);

      expect(await ports.log.documents(index, [docId('bad')])).toEqual([
        { ...unreadable, problem: 'invalid UTF-8', revision: 1, kind: 'present' },
      ]);
    });

    test('texts come back by content key, long and short, and unknown keys are absent', async () => {
      const index = freshIndex();
      const long = 'Ein längerer Text mit 🙂 und \u0000. '.repeat(2_000);
      await scanIn(ports, index, [change('long', long), change('short', 'kurz'), change('empty', '')]);

      const keys = [long, 'kurz', ''].map((text) => contentKey(`${sha(text)}/1/0`));
      const texts = await ports.contents.texts([...keys, contentKey('unknown')]);
      expect(keys.map((key) => texts.get(key))).toEqual([long, 'kurz', '']);
      expect(texts.size).toBe(3);
    });

    test('a text that UTF-8 cannot carry is refused instead of changed in silence', async () => {
      const index = freshIndex();

      await expect(scanIn(ports, index, [change('half', 'a\ud800b')])).rejects.toMatchObject({
        code: 'SOURCE_INVALID',
      });
      await expect(scanIn(ports, index, [change('nul\u0000id')])).rejects.toMatchObject({ code: 'SOURCE_INVALID' });
      expect((await ports.log.state(index)).head).toBe(0);
    });

    test('one id twice in a batch is refused, and nothing of the batch is written', async () => {
      const index = freshIndex();

      await expect(scanIn(ports, index, [change('a'), change('a', 'other')])).rejects.toMatchObject({
        code: 'DUPLICATE_DOCUMENT_ID',
      });
      expect((await ports.log.state(index)).head).toBe(0);
    });

    test('a scan knows which documents it has seen itself', async () => {
      const index = await deal(['a', 'b', 'c']);
      const scan = await ports.log.openScan(index);
      await ports.log.record(scan, { changes: [change('a', 'new')], unchanged: [docId('b')] });

      const seen = await ports.log.lookUp(scan, [docId('a'), docId('b'), docId('c'), docId('unknown')]);
      expect([...seen].map(([id, row]) => [id, row.seenByThisScan]).sort()).toEqual([
        ['a', true],
        ['b', true],
        ['c', false],
      ]);
      expect(scan).toEqual({ index, scan: 2, head: 3 });
    });

    test('a scan that a later one superseded writes nothing any more', async () => {
      const index = await deal(['a']);
      const early = await ports.log.openScan(index);
      await ports.log.openScan(index);

      await expect(ports.log.record(early, { changes: [change('a', 'old')], unchanged: [] })).rejects.toMatchObject({
        code: 'STALE_WRITER',
      });
      await expect(ports.log.deleteDue(early, 1)).rejects.toMatchObject({ code: 'STALE_WRITER' });
      expect((await ports.log.state(index)).head).toBe(1);
    });

    test('only documents that were there before the scan and that it did not see are missing', async () => {
      const index = await deal(['seen', 'gone']);
      const scan = await ports.log.openScan(index);
      await ports.log.record(scan, { changes: [change('new')], unchanged: [docId('seen')] });

      expect(await ports.log.countMissing(scan, 1)).toEqual({ missing: 1, due: 1 });
      expect(await ports.log.deleteDue(scan, 1)).toEqual({ deleted: 1, head: 4 });
      expect(await ports.log.documents(index, [docId('gone')])).toEqual([
        { id: 'gone', revision: 4, kind: 'deleted', contentHash: sha('text of gone'), metadata: {} },
      ]);
      expect(await ports.log.state(index)).toMatchObject({ head: 4, documents: 2 });
    });

    test('counting or deleting twice in one scan changes nothing', async () => {
      const index = await deal(['a', 'b']);
      const scan = await ports.log.openScan(index);

      expect(await ports.log.countMissing(scan, 2)).toEqual({ missing: 2, due: 0 });
      expect(await ports.log.countMissing(scan, 2)).toEqual({ missing: 2, due: 0 });
      expect(await ports.log.deleteDue(scan, 2)).toEqual({ deleted: 0, head: 2 });

      const next = await ports.log.openScan(index);
      expect(await ports.log.countMissing(next, 2)).toEqual({ missing: 2, due: 2 });
      expect(await ports.log.deleteDue(next, 2)).toEqual({ deleted: 2, head: 4 });
      expect(await ports.log.deleteDue(next, 2)).toEqual({ deleted: 0, head: 4 });
    });

    test('a document that is seen again starts counting its misses anew', async () => {
      const index = await deal(['a']);
      await ports.log.countMissing(await ports.log.openScan(index), 2);
      const second = await ports.log.openScan(index);
      await ports.log.record(second, { changes: [], unchanged: [docId('a')] });

      const third = await ports.log.openScan(index);
      expect(await ports.log.countMissing(third, 2)).toEqual({ missing: 1, due: 0 });
    });

    test('a deleted document that comes back is present again at a new revision', async () => {
      const index = await deal(['a']);
      const scan = await ports.log.openScan(index);
      await ports.log.countMissing(scan, 1);
      await ports.log.deleteDue(scan, 1);
      await scanIn(ports, index, [change('a')]);

      expect(await ports.log.documents(index, [docId('a')])).toMatchObject([{ kind: 'present', revision: 3 }]);
      expect(await ports.log.state(index)).toMatchObject({ head: 3, documents: 1 });
    });

    test('slices close at a number of documents and leave no revision out', async () => {
      const index = await deal(['a', 'b', 'c', 'd', 'e']);

      const bounds = { maxDocuments: 2, maxTextBytes: 1_000_000, limit: 10 };
      expect(await ports.log.planSlices(index, { from: 0, to: 5 }, bounds)).toEqual([
        { from: 0, to: 2 },
        { from: 2, to: 4 },
        { from: 4, to: 5 },
      ]);
      expect(await ports.log.planSlices(index, { from: 0, to: 5 }, { ...bounds, limit: 2 })).toEqual([
        { from: 0, to: 2 },
        { from: 2, to: 4 },
      ]);
    });

    test('slices close at an amount of text; a document larger than that has a slice of its own', async () => {
      const index = freshIndex();
      const sizes = [10, 10, 500, 10, 10, 10];
      await scanIn(
        ports,
        index,
        sizes.map((size, place) => change(`d${place}`, String(place).repeat(size))),
      );

      const bounds = { maxDocuments: 100, maxTextBytes: 30, limit: 10 };
      expect(await ports.log.planSlices(index, { from: 2, to: 6 }, bounds)).toEqual([
        { from: 2, to: 3 },
        { from: 3, to: 6 },
      ]);
    });

    test('the last slice reaches the end of the range even when its revisions have moved on', async () => {
      const index = await deal(['a', 'b', 'c']);
      await scanIn(ports, index, [change('c', 'x'), change('b', 'y')]);
      const bounds = { maxDocuments: 10, maxTextBytes: 1_000, limit: 3 };

      expect(await ports.log.planSlices(index, { from: 0, to: 3 }, bounds)).toEqual([{ from: 0, to: 3 }]);
      expect(await ports.log.planSlices(index, { from: 1, to: 3 }, bounds)).toEqual([{ from: 1, to: 3 }]);
      expect(await ports.log.planSlices(index, { from: 0, to: 3 }, { ...bounds, maxDocuments: 1, limit: 1 })).toEqual([
        { from: 0, to: 3 },
      ]);
    });

    test('a slice is read by revision, in pages', async () => {
      const index = await deal(['a', 'b', 'c', 'd', 'e', 'f']);

      const pages = await collect(ports.log.read(index, { from: 1, to: 5 }, 3));
      expect(pages.map((page) => page.map(({ revision }) => revision))).toEqual([[2, 3, 4], [5]]);
    });

    test('a range is measured in documents, deletions and bytes of text', async () => {
      const index = freshIndex();
      await scanIn(ports, index, [change('a', 'ä'), change('b', 'bb'), change('c', 'c')]);
      const scan = await ports.log.openScan(index);
      await ports.log.record(scan, { changes: [], unchanged: [docId('a'), docId('b')] });
      await ports.log.countMissing(scan, 1);
      await ports.log.deleteDue(scan, 1);

      expect(await ports.log.measure(index, { from: 0, to: 4 })).toEqual({ documents: 2, deleted: 1, textBytes: 4 });
      expect(await ports.log.measure(index, { from: 1, to: 3 })).toEqual({ documents: 1, deleted: 0, textBytes: 2 });
    });

    test('an unchanged document takes a new hint, and neither a revision nor any other change with it', async () => {
      const index = freshIndex();
      const first = { ...change('a', 'one'), hint: 'old', title: 'T', metadata: { z: 1, a: ['\u00e4', 1e21] } };
      await scanIn(ports, index, [first, { ...change('b', 'two'), hint: 'same' }]);
      const scan = await ports.log.openScan(index);
      const before = await ports.log.lookUp(scan, [docId('a'), docId('b')]);
      const hints = new Map([[docId('a'), 'new']]);
      const { head } = await ports.log.record(scan, { changes: [], unchanged: [docId('a'), docId('b')], hints });

      const after = await ports.log.lookUp(scan, [docId('a'), docId('b')]);
      expect(head).toBe(2);
      expect(after.get(docId('a'))).toEqual({ ...before.get(docId('a')), hint: 'new', seenByThisScan: true });
      expect(after.get(docId('b'))).toEqual({ ...before.get(docId('b')), seenByThisScan: true });
    });

    test('batches recorded at once take revisions without a gap', async () => {
      const index = freshIndex();
      const scan = await ports.log.openScan(index);
      await Promise.all(
        Array.from({ length: 12 }, (_, batch) =>
          ports.log.record(scan, {
            changes: Array.from({ length: 20 }, (__, n) => change(`${batch}-${n}`, `shared text ${n}`)),
            unchanged: [],
          }),
        ),
      );

      const rows = (await collect(ports.log.read(index, { from: 0, to: 1_000 }, 50))).flat();
      expect(rows.map(({ revision }) => revision)).toEqual(Array.from({ length: 240 }, (_, n) => n + 1));
      expect(await ports.log.state(index)).toMatchObject({ head: 240, documents: 240 });
    });

    test('a reader that sees a head finds every revision below it', async () => {
      const index = freshIndex();
      const scan = await ports.log.openScan(index);
      let writing = true;
      const writers = [0, 1, 2].map(async (writer) => {
        for (let batch = 0; batch < 15; batch += 1) {
          const changes = [0, 1, 2, 3].map((n) => change(`${writer}-${batch}-${n}`));
          await ports.log.record(scan, { changes, unchanged: [] });
        }
      });
      const reader = (async () => {
        while (writing) {
          const { head } = await ports.log.state(index);
          const rows = (await collect(ports.log.read(index, { from: 0, to: head }, 1_000))).flat();
          expect(rows.length).toBe(head);
          await new Promise((resolve) => setImmediate(resolve));
        }
      })();
      await Promise.all(writers);
      writing = false;
      await reader;

      expect((await ports.log.state(index)).head).toBe(180);
    });

    describe('freeze', () => {
      const freeze = (owner: string, over: { forMs?: number; replaces?: boolean } = {}) => ({
        owner,
        forMs: over.forMs ?? 60_000,
        replaces: over.replaces ?? false,
      });

      test('a frozen log takes no change, and says who froze it', async () => {
        const index = await deal(['a']);
        expect(await ports.log.freeze(index, freeze('comparison'))).toBe(1);

        await expect(scanIn(ports, index, [change('b')])).rejects.toMatchObject({
          code: 'LOG_FROZEN',
          retryable: true,
          facts: { owner: 'comparison' },
        });
        const state = await ports.log.state(index);
        expect(state).toMatchObject({ head: 1, documents: 1, freeze: { owner: 'comparison' } });
        expect(Date.parse(state.freeze?.until ?? '')).toBeGreaterThan(Date.parse(await ports.registry.now()));
      });

      test('a frozen log lets a scan mark what has not changed, but deletes nothing', async () => {
        const index = await deal(['a', 'b']);
        const scan = await ports.log.openScan(index);
        await ports.log.freeze(index, freeze('comparison'));
        await ports.log.record(scan, { changes: [], unchanged: [docId('a')] });
        await ports.log.countMissing(scan, 1);

        await expect(ports.log.deleteDue(scan, 1)).rejects.toMatchObject({ code: 'LOG_FROZEN' });
        await ports.log.release(index, 'comparison');
        expect(await ports.log.deleteDue(scan, 1)).toEqual({ deleted: 1, head: 3 });
      });

      test('another owner is refused until the freeze is released', async () => {
        const index = await deal(['a']);
        await ports.log.freeze(index, freeze('one'));

        expect(await ports.log.freeze(index, freeze('two'))).toBeUndefined();
        await ports.log.release(index, 'two');
        expect((await ports.log.state(index)).freeze?.owner).toBe('one');
        await ports.log.release(index, 'one');
        expect(await ports.log.freeze(index, freeze('two'))).toBe(1);
      });

      test('its owner may prolong it', async () => {
        const index = await deal(['a']);
        await ports.log.freeze(index, freeze('one', { forMs: 20_000 }));
        const before = (await ports.log.state(index)).freeze?.until ?? '';
        expect(await ports.log.freeze(index, freeze('one', { forMs: 60_000 }))).toBe(1);

        expect(Date.parse((await ports.log.state(index)).freeze?.until ?? '')).toBeGreaterThan(Date.parse(before));
      });

      test('a promotion replaces the freeze of a comparison, which notices when it asks again', async () => {
        const index = await deal(['a']);
        await ports.log.freeze(index, freeze('comparison'));
        expect(await ports.log.freeze(index, freeze('promotion', { replaces: true }))).toBe(1);

        expect((await ports.log.state(index)).freeze?.owner).toBe('promotion');
        expect(await ports.log.freeze(index, freeze('comparison'))).toBeUndefined();
        await ports.log.release(index, 'comparison');
        expect((await ports.log.state(index)).freeze?.owner).toBe('promotion');
      });

      test('a freeze that has expired holds nobody up', async () => {
        const index = await deal(['a']);
        await ports.log.freeze(index, freeze('dead', { forMs: 30 }));
        await ports.elapse(30);

        expect(await ports.log.state(index)).toEqual({ index, head: 1, documents: 1 });
        await scanIn(ports, index, [change('b')]);
        expect(await ports.log.freeze(index, freeze('next'))).toBe(2);
      });
    });
  });
}
