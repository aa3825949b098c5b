import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createFileJudgements } from '../../../../src/adapters/judgements/index.js';

const QUERIES = '{"_id":"q1","text":"wing","metadata":{"lang":"en","n":3,"deep":{}}}\n{"_id":"q2","text":"flutter"}\n';
const QRELS = 'query-id\tcorpus-id\tscore\nq1\td 1\t2\nq1\td2\t0\nq2\td3\t-1\n';

async function load(files: { readonly queries?: string; readonly qrels?: string; readonly pinned?: string }) {
  const folder = await mkdtemp(join(tmpdir(), 'cutover-judgements-'));
  const { queries = QUERIES, qrels = QRELS, pinned } = files;
  await writeFile(join(folder, 'q.jsonl'), queries);
  await writeFile(join(folder, 'r.tsv'), qrels);
  if (pinned !== undefined) await writeFile(join(folder, 'p.jsonl'), pinned);
  return createFileJudgements().load({
    queries: join(folder, 'q.jsonl'),
    qrels: join(folder, 'r.tsv'),
    ...(pinned === undefined ? {} : { pinned: join(folder, 'p.jsonl') }),
  });
}

const plain = (qrels: ReadonlyMap<string, ReadonlyMap<string, number>>) =>
  Object.fromEntries([...qrels].map(([query, judged]) => [query, Object.fromEntries(judged)]));
const problemsOf = async (files: Parameters<typeof load>[0]): Promise<string> =>
  load(files).then(
    () => 'loaded',
    (error: unknown) => {
      expect(error).toMatchObject({ code: 'JUDGEMENTS_INVALID' });
      return (error as Error).message;
    },
  );

describe('file judgements', () => {
  test('reads BEIR queries and qrels, ids with spaces, grades of zero and below', async () => {
    const golden = await load({});
    expect(golden.queries).toEqual([
      { id: 'q1', text: 'wing', metadata: { lang: 'en', n: '3' } },
      { id: 'q2', text: 'flutter', metadata: {} },
    ]);
    expect(plain(golden.qrels)).toEqual({ q1: { 'd 1': 2, d2: 0 }, q2: { d3: -1 } });
    expect(golden.pinned).toEqual([]);
  });

  test('reads qrels without a header, and the four columns of TREC', async () => {
    expect(plain((await load({ qrels: 'q1\td1\t1\n' })).qrels)).toEqual({ q1: { d1: 1 } });
    expect(plain((await load({ qrels: 'q1 0 d1 3\r\nq2\t0\td2\t1\r\n' })).qrels)).toEqual({
      q1: { d1: 3 },
      q2: { d2: 1 },
    });
  });

  test('reads pinned queries', async () => {
    const { pinned } = await load({ pinned: '{"_id":"p1","text":"opening hours","expected":"faq.md"}' });
    expect(pinned).toEqual([{ id: 'p1', text: 'opening hours', expected: 'faq.md' }]);
  });

  test('lets queries go without judgements', async () => {
    const golden = await load({ qrels: 'q1\td1\t1\n' });
    expect(golden.queries.map(({ id }) => golden.qrels.has(id))).toEqual([true, false]);
  });

  test('names every problem of every file at once, with its line', async () => {
    const message = await problemsOf({
      queries: `${QUERIES}{"_id":"q1","text":"again"}\n{"_id":"q 3","text":"x"}\n{"_id":"q4","text":" "}\nnot json\n`,
      qrels: 'q1\td1\tgood\nq1 d1 1\nq9\td1\t1\nq1\td1\t1\nq1\td1\t2\n',
      pinned: '{"_id":"p1","text":"x"}',
    });
    const expected = [
      /q\.jsonl:3: id "q1" stands on line 1 already/,
      /q\.jsonl:4: _id: must be one word/,
      /q\.jsonl:5: text: is blank/,
      /q\.jsonl:6: is not valid JSON/,
      /r\.tsv:1: grade "good" is not an integer/,
      /r\.tsv:2: must have three columns/,
      /r\.tsv:3: query "q9" is not among the queries/,
      /r\.tsv:5: document "d1" has two grades for query "q1": 1 and 2/,
      /p\.jsonl:1: expected: /,
    ];
    for (const problem of expected) expect(message).toMatch(problem);
  });

  test('names files that are missing, empty or not UTF-8', async () => {
    const missing = createFileJudgements().load({ queries: '/nowhere/q.jsonl', qrels: '/nowhere/r.tsv' });
    await expect(missing).rejects.toThrow(/q\.jsonl: cannot be read: ENOENT[\s\S]*r\.tsv: cannot be read: ENOENT/);
    expect(await problemsOf({ queries: '', qrels: '\n' })).toMatch(/no usable query[\s\S]*no judgement/);
  });

  test('has a digest that changes with every judgement and not with the order of lines', async () => {
    const { digest } = await load({});
    const lines = QRELS.trimEnd().split('\n');
    const shuffled = [lines[0], ...lines.slice(1).reverse()].join('\n');
    expect((await load({ qrels: shuffled })).digest).toBe(digest);
    expect((await load({ queries: QUERIES.split('\n').reverse().join('\n') })).digest).toBe(digest);
    expect((await load({ qrels: QRELS.replace('d2\t0', 'd2\t1') })).digest).not.toBe(digest);
    expect((await load({ queries: QUERIES.replace('flutter', 'Flutter') })).digest).not.toBe(digest);
  });
});
