import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { documentFault } from '../../../../src/domain/corpus/check-document.js';
import { openSource } from '../../../../src/adapters/sources/index.js';
import { DocumentProblem } from '../../../../src/ports/source.js';
import { listAll } from '../../../contract/source.js';

async function jsonl(content: string | Uint8Array, maxDocumentBytes = 1_000_000) {
  const path = join(await mkdtemp(join(tmpdir(), 'cutover-jsonl-')), 'corpus.jsonl');
  await writeFile(path, content);
  return openSource({ kind: 'jsonl', path }, { maxDocumentBytes });
}

const documents = async (source: ReturnType<typeof openSource>) =>
  Promise.all((await listAll(source)).map((entry) => entry.open()));
const failure = async (content: string | Uint8Array) =>
  listAll(await jsonl(content)).then(
    () => 'listed',
    (error: unknown) => (error as Error).message,
  );

describe('jsonl', () => {
  test('reads BEIR rows: id, title, text, metadata; a blank title is none', async () => {
    const rows = [
      { _id: '1', title: 'Wing', text: 'lift', metadata: { lang: 'en', year: 1958, tags: ['a'] } },
      { _id: 2, title: '', text: '' },
    ];
    expect(await documents(await jsonl(rows.map((row) => JSON.stringify(row)).join('\n')))).toEqual([
      { id: '1', title: 'Wing', text: 'lift', metadata: { lang: 'en', year: 1958, tags: ['a'] } },
      { id: '2', text: '', metadata: {} },
    ]);
  });

  test('passes over blank lines, takes CRLF and a last line without its end, and names lines as editors do', async () => {
    const entries = await listAll(await jsonl('{"_id":"a","text":"x"}\r\n\n  \n{"_id":"b","text":"y"}'));
    expect(entries.map(({ id, place }) => [id, place])).toEqual([
      ['a', 'corpus.jsonl:1'],
      ['b', 'corpus.jsonl:4'],
    ]);
  });

  test('keeps half a surrogate pair in a text for the scan to name, not to change', async () => {
    const [document] = await documents(await jsonl('{"_id":"a","text":"x\\ud800"}'));
    expect(document?.text).toBe('x\ud800');
  });

  test('names every malformed line with its number, up to twenty, and then fails', async () => {
    const message = await failure(
      ['{"_id":"ok","text":"x"}', '{oops', '[]', '{"_id":"a"}', '{"text":"x"}', '{"_id":"","text":"x"}', '{"_id":"\\u0000","text":""}'].join('\n'), // prettier-ignore
    );
    expect(message).toMatch(/line 2: not valid JSON/);
    for (const line of [3, 4, 5, 6, 7]) expect(message).toContain(`line ${line}: `);
    expect(message).toMatch(/line 6: _id: is empty; line 7: _id: holds a NUL character/);
    const many = await failure(Array.from({ length: 30 }, () => '{').join('\n'));
    expect(many).toContain('line 20: ');
    expect(many).not.toContain('line 21: ');
  });

  test('survives metadata nested 100,000 deep, which the scan then names as a fault', async () => {
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
    const [document] = await documents(await jsonl(`{"_id":"a","text":"x","metadata":{"m":${deep}}}`));
    expect(documentFault(document!, 1_000)).toContain('nested deeper');
  });

  test('takes one line of 20 MB within bounds', async () => {
    const text = 'x'.repeat(20_000_000);
    const [document] = await documents(await jsonl(`{"_id":"big","text":"${text}"}\n`, 20_000_000));
    expect(document?.text.length).toBe(20_000_000);
  });

  test('quarantines a line beyond bounds by the id at its beginning, and goes on with the next', async () => {
    const source = await jsonl(`{"_id":"big","text":"${'x'.repeat(20_000_000)}"}\n{"_id":"b","text":"y"}\n`, 1_000_000);
    const [big, next] = await listAll(source);
    expect([big?.id, next?.id]).toEqual(['big', 'b']);
    await expect(big?.open()).rejects.toBeInstanceOf(DocumentProblem);
    await expect(big?.open()).rejects.toThrow(/line of 200000\d\d bytes/);
  });

  test('fails on a line beyond bounds that names no document', async () => {
    expect(await failure(`{"text":"${'x'.repeat(3_000_000)}","_id":"late"}`)).toContain('line 1: line of 30000');
  });

  test('finds lines whatever blocks the file is read in', async () => {
    const rows = Array.from({ length: 3_000 }, (_, n) => JSON.stringify({ _id: `d${n}`, text: 'é'.repeat(n % 400) }));
    const found = await documents(await jsonl(rows.join('\n')));
    expect(found.map(({ id, text }) => JSON.stringify({ _id: id, text }))).toEqual(rows);
  });
});
