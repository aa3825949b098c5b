import { describe, expect, test } from 'vitest';
import { docId } from '../../../../src/domain/ids.js';
import type { Source } from '../../../../src/ports/source.js';
import { scanCorpus } from '../../../../src/use-cases/scan/scan-corpus.js';
import { openWorld, put, scan, type World } from '../../../support/catch-up-world.js';

const limits = { maxDocumentBytes: 1_000, deleteAfterMisses: 1, maxDeleteShare: 0.2, maxQuarantineShare: 0.01 };
const row = async (world: World, id: string) => (await world.ports.log.documents(world.spec.index, [docId(id)]))[0];

/** A source whose listing is this one. */
const listing = (world: World, list: Source['list']): Pick<World['ports'], 'log' | 'toolbox'> => ({
  ...world.ports,
  toolbox: { ...world.ports.toolbox, source: () => ({ kind: 'test', list, close: async () => {} }) },
});

describe('scanCorpus()', () => {
  test('run twice writes nothing the second time and opens no document whose hint is the same', async () => {
    const world = await openWorld();
    put(world, { a: 'one', b: 'two' });
    expect(await scan(world)).toEqual({ scanned: 2, added: 2, changed: 0, unchanged: 0, deleted: 0, withheldDeletions: 0, problems: 0, head: 2 }); // prettier-ignore
    world.source.opened = 0;
    expect(await scan(world)).toMatchObject({ scanned: 2, unchanged: 2, added: 0, changed: 0, head: 2 });
    expect(world.source.opened).toBe(0);
  });

  // A touched file has a new time and the old content; it was opened again on every scan, because its new hint got lost.
  test('opens a touched document once, and knows it by its new hint from then on', async () => {
    const world = await openWorld();
    let opened = 0;
    const touched = (hint: string) =>
      listing(world, async function* () {
        const open = async () => {
          opened += 1;
          return { id: docId('a'), text: 'same', metadata: {} };
        };
        yield { id: docId('a'), place: 'a', hint, open };
      });
    for (const hint of ['monday', 'tuesday', 'tuesday', 'tuesday']) await scanCorpus(touched(hint), world.spec);
    expect(opened).toBe(2);
    expect(await row(world, 'a')).toMatchObject({ revision: 1, hint: 'tuesday' });
  });

  test('gives a changed, a deleted and a returning document a revision each, and a touched one none', async () => {
    const world = await openWorld();
    put(world, { a: 'one', b: 'two', c: 'three' });
    await scan(world);
    put(world, { a: 'changed' });
    world.source.documents.delete('b');
    expect(await scan(world)).toMatchObject({ changed: 1, unchanged: 1, deleted: 1, head: 5 });
    expect(await row(world, 'b')).toMatchObject({ kind: 'deleted', revision: 5 });
    put(world, { b: 'two' });
    expect(await scan(world)).toMatchObject({ added: 1, unchanged: 2, head: 6 });
    expect(await row(world, 'b')).toMatchObject({ kind: 'present', revision: 6 });
  });

  test('counts a document at fault, keeps its reason, and takes it for unchanged while it stays so', async () => {
    const world = await openWorld({ limits });
    put(world, { a: 'fine', b: undefined, c: 'x\0y', d: '\ud800', e: ' \n', f: 'x'.repeat(1_001) });
    expect(await scan(world)).toMatchObject({ scanned: 6, added: 6, problems: 5 });
    const problems = await Promise.all(
      ['a', 'b', 'c', 'd', 'e', 'f'].map(async (id) => (await row(world, id))?.problem),
    );
    expect(problems).toEqual([
      undefined,
      'cannot be read',
      'text holds a NUL character',
      'text holds half of a surrogate pair',
      'empty text',
      'text longer than 1000 bytes',
    ]);
    expect(await scan(world)).toMatchObject({ unchanged: 6, problems: 5, head: 6 });
  });

  test('names both places of a duplicate id, within a batch and across batches, and deletes nothing', async () => {
    for (const distance of [1, 1_200]) {
      const world = await openWorld();
      put(world, { gone: 'x' });
      await scan(world);
      const ports = listing(world, async function* () {
        for (let n = 0; n <= distance; n += 1) {
          const id = docId(n === distance ? 'd0' : `d${n}`);
          yield { id, place: `line ${n + 1}`, open: async () => ({ id, text: `text ${n}`, metadata: {} }) };
        }
      });
      await expect(scanCorpus(ports, world.spec)).rejects.toMatchObject({
        code: 'DUPLICATE_DOCUMENT_ID',
        message: `The id "d0" stands at line 1 and line ${distance + 1}`,
      });
      expect((await row(world, 'gone'))?.kind).toBe('present');
    }
  });

  test('deletes nothing when the listing fails or is empty', async () => {
    const world = await openWorld();
    put(world, { a: 'one', b: 'two' });
    await scan(world);
    const failing = listing(world, async function* () {
      yield { id: docId('a'), place: 'a', open: async () => ({ id: docId('a'), text: 'one', metadata: {} }) };
      throw new Error('connection lost');
    });
    await expect(scanCorpus(failing, world.spec)).rejects.toThrow('connection lost');
    const empty = listing(world, async function* () {});
    await expect(scanCorpus(empty, world.spec)).rejects.toMatchObject({ code: 'SOURCE_EMPTY' });
    expect(await world.ports.log.state(world.spec.index)).toMatchObject({ documents: 2, head: 2 });
  });

  test('withholds deletions of more than the allowed share, applies the additions, and deletes once it is allowed', async () => {
    const world = await openWorld({ limits });
    const names = Array.from({ length: 300 }, (_, n) => `d${n}`);
    put(world, Object.fromEntries(names.map((name) => [name, name])));
    await scan(world);
    for (const name of names.slice(0, 61)) world.source.documents.delete(name);
    put(world, { added: 'new' });
    expect(await scan(world)).toMatchObject({ added: 1, deleted: 0, withheldDeletions: 61, head: 301 });
    const allowed = { ...world, spec: { ...world.spec, limits: { ...limits, maxDeleteShare: 1 } } };
    expect(await scan(allowed)).toMatchObject({ deleted: 61, withheldDeletions: 0, head: 362 });
  });

  test('waits while the log is frozen, and gives up after the time it was given', async () => {
    const world = await openWorld();
    put(world, { a: 'one' });
    await world.ports.log.freeze(world.spec.index, { owner: 'comparison', forMs: 60_000, replaces: false });
    await expect(scanCorpus(world.ports, world.spec, { freezeWaitMs: 10 })).rejects.toMatchObject({
      code: 'LOG_FROZEN',
    });
    const waiting = scan(world);
    await world.ports.log.release(world.spec.index, 'comparison');
    expect(await waiting).toMatchObject({ added: 1, head: 1 });
  });

  test('stops waiting when it is cancelled', async () => {
    const world = await openWorld();
    put(world, { a: 'one' });
    await world.ports.log.freeze(world.spec.index, { owner: 'comparison', forMs: 60_000, replaces: false });
    const controller = new AbortController();
    const waiting = scanCorpus(world.ports, world.spec, { signal: controller.signal });
    setTimeout(() => controller.abort(), 20);
    await expect(waiting).rejects.toMatchObject({ name: 'AbortError' });
  });
});
