import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openWorkplace, type Workplace } from '../support/cli.js';

const line = (id: string, text: string): string => `${JSON.stringify({ _id: id, text })}\n`;
const sound = (count: number): string =>
  Array.from({ length: count }, (_, n) => line(`d${n}`, `alpha word${n} gamma`)).join('');
const judgements = (count: number, document: string): string =>
  Array.from({ length: count }, (_, n) => `q${n}\t${document}${n}\t1\n`).join('');

const FAULTS = Buffer.concat([
  Buffer.from(sound(500)),
  Buffer.from(line('blank', '  ')),
  Buffer.from('{"_id":"latin1","text":"caf\u00e9"}\n', 'latin1'),
  Buffer.from(line('nul', 'a\0b')),
  Buffer.from('{"_id":"half","text":"a \\ud800 b"}\n'),
  Buffer.from(line('vast', 'word '.repeat(4_000_000))),
]);

/** Folder and files of each index; what is wrong is in its name. */
const FILES: Readonly<Record<string, string | Buffer>> = {
  'faults.jsonl': FAULTS,
  'twice.jsonl': sound(5) + sound(2),
  'one-of-twenty.jsonl': sound(19) + line('nul', 'a\0b'),
  'no-corpus.jsonl': `${sound(2)}{"text":"no id"}\nnot json\n`,
  'nothing.jsonl': '\n',
  'sound.jsonl': sound(60),
  'queries.jsonl': Array.from({ length: 60 }, (_, n) => line(`q${n}`, `word${n}`)).join(''),
  'qrels.tsv': judgements(5, 'd'),
  'ghosts.tsv': judgements(60, 'ghost'),
  'strangers.tsv': 'nobody\td1\t1\n',
  'none.tsv': 'query-id\tcorpus-id\tscore\n',
  'half-a-model/tokenizer.json': '{}',
};

interface Index {
  readonly source: string;
  readonly embedder?: string;
  readonly qrels?: string;
}

const INDEXES: Readonly<Record<string, Index>> = {
  faults: { source: '{ kind: jsonl, path: ./faults.jsonl }' },
  empty: { source: '{ kind: files, root: ./empty, include: ["**/*.md"] }' },
  nothing: { source: '{ kind: jsonl, path: ./nothing.jsonl }' },
  twice: { source: '{ kind: jsonl, path: ./twice.jsonl }' },
  twenty: { source: '{ kind: jsonl, path: ./one-of-twenty.jsonl }' },
  broken: { source: '{ kind: jsonl, path: ./no-corpus.jsonl }' },
  ghosts: { source: '{ kind: jsonl, path: ./sound.jsonl }', qrels: 'ghosts.tsv' },
  strangers: { source: '{ kind: jsonl, path: ./sound.jsonl }', qrels: 'strangers.tsv' },
  none: { source: '{ kind: jsonl, path: ./sound.jsonl }', qrels: 'none.tsv' },
  few: { source: '{ kind: jsonl, path: ./sound.jsonl }', qrels: 'qrels.tsv' },
  model: { source: '{ kind: jsonl, path: ./sound.jsonl }', embedder: '{ kind: static, model: HERE/half-a-model }' },
};

function yaml(folder: string): string {
  const entries = Object.entries(INDEXES).map(([name, { source, embedder, qrels }]) =>
    [
      `  ${name}:`,
      `    source: ${source}`,
      '    chunker: { kind: whole }',
      `    embedder: ${embedder?.replace('HERE', folder) ?? '{ kind: hashing, dimensions: 64 }'}`,
      '    rollout: { approval: auto }',
      ...(qrels === undefined ? [] : [`    evaluation: { queries: ./queries.jsonl, qrels: ./${qrels} }`]),
    ].join('\n'),
  );
  return `indexes:\n${entries.join('\n')}\n`;
}

describe('bad input', () => {
  let place: Workplace;
  const reindex = (index: string) => place.cutover('reindex', index, '--yes');

  beforeAll(async () => {
    place = await openWorkplace();
    for (const folder of ['empty', 'half-a-model']) await mkdir(path.join(place.folder, folder));
    for (const [name, content] of Object.entries(FILES)) await writeFile(path.join(place.folder, name), content);
    await writeFile(path.join(place.folder, 'cutover.yaml'), yaml(place.folder));
    await place.cutover('up');
  }, 120_000);
  afterAll(() => place.leave());

  test('faulty documents among many are left out with their reasons, the others are served', async () => {
    const { exitCode, result } = await reindex('faults');
    expect({ exitCode, ...result }).toMatchObject({ exitCode: 0, state: 'live', documents: 500, quarantined: 5 });
    const status = await place.cutover('status', 'faults');
    const reasons = (status.result['quarantine'] as { docId: string; reason: string }[]).map(
      ({ docId, reason }) => `${docId}: ${reason}`,
    );
    expect(reasons).toEqual([
      'blank: empty text',
      'half: text holds half of a surrogate pair',
      'latin1: is not valid UTF-8',
      'nul: text holds a NUL character',
      expect.stringMatching(/^vast: .*10485760/),
    ]);
    expect((await place.cutover('verify', 'faults')).result).toMatchObject({ ok: true, expected: 500, extra: 0 });
  }, 120_000);

  test.each([
    ['empty', 'SOURCE_EMPTY', /No file below/, /empty listing deletes nothing/],
    ['nothing', 'SOURCE_EMPTY', /holds no document/, /empty listing deletes nothing/],
    ['twice', 'DUPLICATE_DOCUMENT_ID', /"d0" stands at twice.jsonl:1 and twice.jsonl:6/, /an id of its own/],
    ['broken', 'SOURCE_INVALID', /line 3: .*line 4: not valid JSON/, /"_id" and "text"/],
    ['ghosts', 'JUDGEMENTS_INVALID', /None of the 60 judged documents .* ghost0/, /Compare the document ids/],
    ['strangers', 'JUDGEMENTS_INVALID', /strangers.tsv:1: query "nobody"/, /evaluation.qrels/],
    ['none', 'JUDGEMENTS_INVALID', /none.tsv: holds no judgement/, /evaluation.qrels/],
    ['model', 'MODEL_INVALID', /half-a-model lacks model.safetensors/, /add the missing files/],
  ])('%s ends with %s, says what is wrong and what to do', { timeout: 60_000 }, async (...of) => {
    const [index, code, message, hint] = of;
    const { exitCode, result, stderr } = await reindex(index);
    expect({ exitCode, ...result }, stderr).toMatchObject({ exitCode: 1, type: 'error', code });
    expect(result['message']).toMatch(message);
    expect(result['hint']).toMatch(hint);
  });

  test('too many faulty documents stop a build; it goes on under a higher limit, as the hint says', async () => {
    const { exitCode, result } = await reindex('twenty');
    expect({ exitCode, ...result }).toMatchObject({ exitCode: 1, type: 'error', code: 'QUARANTINE_LIMIT' });
    expect(result['message']).toMatch(/1 of 20 documents .* 1 %: nul: text holds a NUL character/);
    expect(result['hint']).toMatch(/raise limits.maxQuarantineShare/);
    const { result: status } = await place.cutover('status', 'twenty');
    expect(status).toMatchObject({ live: null, versions: [{ version: 1, state: 'failed' }] });

    const limited = yaml(place.folder).replace('  twenty:\n', '  twenty:\n    limits: { maxQuarantineShare: 0.1 }\n');
    await writeFile(path.join(place.folder, 'cutover.yaml'), limited);
    expect((await reindex('twenty')).result).toMatchObject({
      version: 2,
      state: 'live',
      documents: 19,
      quarantined: 1,
    });
  }, 120_000);

  test('queries without judgements are left out and counted', { timeout: 60_000 }, async () => {
    expect((await reindex('few')).result).toMatchObject({ ok: true, state: 'live' });
    const { result } = await place.cutover('review', 'few');
    expect(result).toMatchObject({ queries: 5 });
    expect(result['reasons']).toContainEqual(expect.stringMatching(/55 queries have no judgements/));
  });
});
