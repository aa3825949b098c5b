import { describe, expect, test } from 'vitest';
import { LifecycleError } from '../../src/domain/errors.js';
import { DocumentProblem, type Source, type SourceEntry } from '../../src/ports/source.js';

/** A place that documents can be put into and a source opened on. */
export interface SourceWorld {
  put(documents: readonly { readonly id: string; readonly text: string; readonly title?: string }[]): Promise<void>;
  /** A document that can be listed and not be indexed, whatever that is for this source. */
  putBroken(id: string): Promise<void>;
  open(): Source;
  /** One whose place does not exist. */
  openMissing(): Source;
}

export async function listAll(source: Source): Promise<readonly SourceEntry[]> {
  const entries: SourceEntry[] = [];
  for await (const entry of source.list()) entries.push(entry);
  return entries;
}

/** What every source owes its callers. */
export function describeSource(name: string, makeWorld: () => Promise<SourceWorld>): void {
  describe(`source: ${name}`, () => {
    test('lists every document once, with its text as it stands', async () => {
      const world = await makeWorld();
      await world.put([
        { id: 'a.md', text: 'alpha\r\nβeta 😀' },
        { id: 'b.md', text: 'gamma' },
      ]);
      const entries = await listAll(world.open());
      expect(entries.map(({ id }) => id).sort()).toEqual(['a.md', 'b.md']);
      const documents = await Promise.all(entries.map((entry) => entry.open()));
      expect(new Map(documents.map(({ id, text }) => [String(id), text]))).toEqual(
        new Map([
          ['a.md', 'alpha\r\nβeta 😀'],
          ['b.md', 'gamma'],
        ]),
      );
      expect(entries.every(({ place }) => place.length > 0)).toBe(true);
    });

    test('gives the same ids, order and hints when it is listed again', async () => {
      const world = await makeWorld();
      await world.put(['c', 'a', 'b'].map((id) => ({ id: `${id}.md`, text: id })));
      const again = async () => (await listAll(world.open())).map(({ id, hint }) => [id, hint]);
      expect(await again()).toEqual(await again());
    });

    test('lists a document it cannot read, and says why when it is opened', async () => {
      const world = await makeWorld();
      await world.put([{ id: 'good.md', text: 'fine' }]);
      await world.putBroken('bad.md');
      const entries = await listAll(world.open());
      const broken = entries.find(({ id }) => id === 'bad.md');
      const problem: unknown = await broken?.open().catch((error: unknown) => error);
      expect(problem).toBeInstanceOf(DocumentProblem);
      expect((problem as DocumentProblem).reason.length).toBeGreaterThan(3);
      expect((await entries.find(({ id }) => id === 'good.md')?.open())?.text).toBe('fine');
    });

    test('fails an empty listing, so that nothing is taken for deleted', async () => {
      const world = await makeWorld();
      await expect(listAll(world.open())).rejects.toMatchObject({ code: 'SOURCE_EMPTY' });
    });

    test('fails when its place does not exist, with a hint', async () => {
      const world = await makeWorld();
      const error: unknown = await listAll(world.openMissing()).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(LifecycleError);
      expect(error).toMatchObject({ code: 'SOURCE_INVALID', retryable: false, hint: expect.any(String) as string });
    });

    test('stops when it is told to', async () => {
      const world = await makeWorld();
      await world.put([
        { id: 'a.md', text: 'a' },
        { id: 'b.md', text: 'b' },
      ]);
      const controller = new AbortController();
      const listing = async () => {
        for await (const entry of world.open().list({ signal: controller.signal })) {
          expect(entry.id).toBe('a.md');
          controller.abort(new Error('enough'));
        }
      };
      await expect(listing()).rejects.toThrow('enough');
    });
  });
}
