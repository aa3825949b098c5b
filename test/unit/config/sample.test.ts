import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { parseConfig } from '../../../src/config/load-config.js';
import { sampleConfig } from '../../../src/config/sample.js';
import { indexName } from '../../../src/domain/ids.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cutover-sample-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function specFor(source: string) {
  const path = join(folder, 'cutover.yaml');
  const text = await sampleConfig({ source, index: 'docs', path });
  const config = parseConfig(text, { path, environment: {} });
  expect(config.notices).toEqual([]);
  return config.indexes.get(indexName('docs'));
}

test('sampleConfig() finds Markdown and text below a folder, and leaves out what was installed there', async () => {
  await mkdir(join(folder, 'my docs', 'deep'), { recursive: true });
  await mkdir(join(folder, 'my docs', 'node_modules'));
  await writeFile(join(folder, 'my docs', 'deep', 'a.md'), '# A');
  await writeFile(join(folder, 'my docs', 'node_modules', 'b.txt'), 'B');
  expect(await specFor(join(folder, 'my docs'))).toMatchObject({
    source: { kind: 'files', root: join(folder, 'my docs'), include: ['**/*.md'] },
    chunker: { kind: 'markdown', maxTokens: 256, overlapTokens: 32 },
    embedder: { kind: 'static', model: 'wordllama-256' },
  });
});

test('sampleConfig() takes a BEIR folder with its judged queries', async () => {
  for (const name of ['corpus.jsonl', 'queries.jsonl', 'qrels.tsv']) await writeFile(join(folder, name), '');
  const expected = {
    source: { kind: 'jsonl', path: join(folder, 'corpus.jsonl') },
    chunker: { kind: 'whole' },
    evaluation: { queries: join(folder, 'queries.jsonl'), qrels: join(folder, 'qrels.tsv') },
  };
  expect(await specFor(folder)).toMatchObject(expected);
  expect(await specFor(join(folder, 'corpus.jsonl'))).toMatchObject(expected);
});

test('sampleConfig() leaves the evaluation out when there are no judgements', async () => {
  await writeFile(join(folder, 'corpus.jsonl'), '');
  expect((await specFor(folder))?.evaluation).toBeUndefined();
});

test('sampleConfig() refuses a place with nothing to index', async () => {
  await expect(sampleConfig({ source: folder, index: 'docs' })).rejects.toMatchObject({ code: 'SOURCE_INVALID' });
  await expect(sampleConfig({ source: join(folder, 'no'), index: 'docs' })).rejects.toThrow(/does not exist/);
  await writeFile(join(folder, 'a.pdf'), '');
  await expect(sampleConfig({ source: join(folder, 'a.pdf'), index: 'docs' })).rejects.toThrow(/neither/);
});
