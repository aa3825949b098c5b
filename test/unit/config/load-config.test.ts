import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { configHash } from '../../../src/config/config-hash.js';
import { loadConfig, parseConfig } from '../../../src/config/load-config.js';
import { LifecycleError } from '../../../src/domain/errors.js';
import { DEFAULT_GATE } from '../../../src/domain/gate/policy.js';
import { indexName } from '../../../src/domain/ids.js';

const origin = { path: '/srv/search/cutover.yaml', environment: {} };
const specOf = (text: string, name = 'docs') => parseConfig(text, origin).indexes.get(indexName(name));

function problemsOf(text: string): readonly string[] {
  try {
    parseConfig(text, { ...origin, path: join(process.cwd(), 'cutover.yaml') });
  } catch (error) {
    if (!(error instanceof LifecycleError)) throw error;
    expect(error.code).toBe('CONFIG_INVALID');
    return error.facts['problems'] as string[];
  }
  throw new Error('the configuration was accepted');
}

const MINIMAL = `
indexes:
  docs:
    source: { kind: files, root: ./docs }
    embedder: { kind: static, model: wordllama-256 }
`;

describe('a good file', () => {
  test('gets every default, and paths are absolute from the folder of the file', () => {
    expect(specOf(MINIMAL)).toEqual({
      index: 'docs',
      alias: 'docs',
      source: {
        kind: 'files',
        root: '/srv/search/docs',
        include: ['**/*.md', '**/*.markdown', '**/*.txt'],
        exclude: ['**/node_modules/**', '**/.git/**'],
      },
      chunker: { kind: 'markdown', maxTokens: 256, overlapTokens: 32, embedTitle: true, embedHeading: true },
      embedder: { kind: 'static', model: 'wordllama-256' },
      collection: { distance: 'Cosine', onDisk: false, quantization: 'none' },
      gate: DEFAULT_GATE,
      rollout: { approval: 'required', decisionHours: 72, rollbackWindowHours: 24 },
      limits: { maxDocumentBytes: 10_485_760, deleteAfterMisses: 1, maxDeleteShare: 0.2, maxQuarantineShare: 0.01 },
    });
  });

  test('may be the full example of the documentation', () => {
    const config = parseConfig(
      `
indexes:
  docs:
    source:   { kind: files, root: ./docs, include: ["**/*.md"] }
    chunker:  { kind: markdown, maxTokens: 256, overlapTokens: 32 }
    embedder: { kind: transformers, model: Xenova/all-MiniLM-L6-v2, dtype: q8, pooling: mean }
    evaluation:
      queries: ./eval/queries.jsonl
      qrels: ./eval/qrels.tsv
      pinned: ./eval/pinned.jsonl
      segmentBy: lang
    gate:     { primary: ndcg@10, mode: non-inferior, margin: 0.02 }
    rollout:  { approval: required, bake: 2h, rollbackWindow: 24h }
    refresh:  { cron: "0 2 * * *", timezone: Europe/Zurich }
`,
      origin,
    );
    expect(config.indexes.get(indexName('docs'))?.evaluation).toEqual({
      queries: '/srv/search/eval/queries.jsonl',
      qrels: '/srv/search/eval/qrels.tsv',
      pinned: '/srv/search/eval/pinned.jsonl',
    });
    // Keys that later releases act upon are checked, and it is said that nothing comes of them yet.
    expect(config.notices).toHaveLength(3);
    expect(config.notices.join('\n')).toMatch(/:11:7 indexes\.docs\.evaluation\.segmentBy: has no effect/);
  });

  test('overlap follows the size of a chunk when it is not given', () => {
    const text = MINIMAL + '    chunker: { kind: tokens, maxTokens: 64 }\n';
    expect(specOf(text)?.chunker).toEqual({ kind: 'tokens', maxTokens: 64, overlapTokens: 8, embedTitle: true });
  });

  test('a model named by a path is a folder beside the file, any other name is left alone', () => {
    const withModel = (model: string) => specOf(MINIMAL.replace('wordllama-256', model))?.embedder;
    expect(withModel('./models/mine')).toMatchObject({ model: '/srv/search/models/mine' });
    expect(withModel('minishlab/potion-base-8M')).toMatchObject({ model: 'minishlab/potion-base-8M' });
  });

  test('durations take seconds to days', () => {
    const text = MINIMAL + '    rollout: { decisionWindow: 30m, rollbackWindow: 7d }\n';
    expect(specOf(text)?.rollout).toMatchObject({ decisionHours: 0.5, rollbackWindowHours: 168 });
  });

  test('anchors are followed, and problems behind them still have a place', () => {
    const shared = `
shared: &e { kind: static, model: wordllama-256 }
`;
    expect(problemsOf(shared + MINIMAL)).toEqual(['cutover.yaml:2:1 shared: unknown key; known here: indexes']);
    const two = `
indexes:
  a:
    source: &s { kind: jsonl, path: a.jsonl }
    embedder: &e { kind: static, model: wordllama-256, dimensions: 0 }
  b: { source: *s, embedder: *e }
`;
    expect(problemsOf(two)).toEqual([
      'cutover.yaml:5:56 indexes.a.embedder.dimensions: must be at least 1, found 0',
      'cutover.yaml:5:56 indexes.b.embedder.dimensions: must be at least 1, found 0',
    ]);
  });

  test('a missing key of an embedder is a notice, since a rollback must not need it', () => {
    const text = MINIMAL.replace('kind: static, model: wordllama-256', 'kind: openai, model: text-embedding-3-small');
    expect(parseConfig(text, origin).notices.join()).toMatch(/OPENAI_API_KEY is not set/);
    expect(parseConfig(text, { ...origin, environment: { OPENAI_API_KEY: 'x' } }).notices).toEqual([]);
  });
});

describe('a bad file', () => {
  test('reports every problem together, from top to bottom, with line and column', () => {
    const text = `
indexes:
  Docs:
    source: { kind: files, root: "" }
    embedder: { kind: statc, model: wordllama-256 }
  docs:
    sourc: { kind: files }
    chunker: { kind: markdown, maxTokens: 32, overlapTokens: 32, overlapToken: 3 }
    embedder: { kind: static, modle: x, dimensions: 1.5 }
    gate: { primary: ndgc@10, margin: 0 }
    evaluation: { queries: q.jsonl }
    rollout: { approval: autom, rollbackWindow: 24 }
    limits: { maxDeleteShare: 2, maxQuarantineShare: "x" }
`;
    expect(problemsOf(text)).toEqual([
      expect.stringMatching(/^cutover\.yaml:3:3 indexes\.Docs: not a name for an index: lower-case/),
      'cutover.yaml:6:3 indexes.docs.source: required, but missing',
      'cutover.yaml:7:5 indexes.docs.sourc: unknown key; did you mean "source"?',
      'cutover.yaml:8:47 indexes.docs.chunker.overlapTokens: must be less than maxTokens',
      'cutover.yaml:8:66 indexes.docs.chunker.overlapToken: unknown key; did you mean "overlapTokens"?',
      'cutover.yaml:9:5 indexes.docs.embedder.model: required, but missing',
      'cutover.yaml:9:31 indexes.docs.embedder.modle: unknown key; did you mean "model"?',
      'cutover.yaml:9:41 indexes.docs.embedder.dimensions: must be a whole number, found 1.5',
      expect.stringMatching(/^cutover\.yaml:10:13 indexes\.docs\.gate\.primary: must be a metric such as ndcg@10/),
      'cutover.yaml:10:31 indexes.docs.gate.margin: must be more than 0, found 0',
      'cutover.yaml:11:5 indexes.docs.evaluation.qrels: required, but missing',
      'cutover.yaml:12:16 indexes.docs.rollout.approval: must be one of required, four-eyes, auto, found "autom"; did you mean "auto"?',
      'cutover.yaml:12:33 indexes.docs.rollout.rollbackWindow: must be text, found 24',
      'cutover.yaml:13:15 indexes.docs.limits.maxDeleteShare: must be at most 1, found 2',
      'cutover.yaml:13:34 indexes.docs.limits.maxQuarantineShare: must be a number, found "x"',
    ]);
  });

  test.each(['docs_v2', '-docs', 'a'.repeat(64), 'Docs', 'do cs', 'äpfel'])('refuses the index name %s', (name) => {
    expect(problemsOf(MINIMAL.replace('docs:', `"${name}":`)).join()).toMatch(/not a name for an index/);
  });

  test('refuses an alias that looks like a collection, and one that two indexes claim', () => {
    expect(problemsOf(MINIMAL + '    alias: search_v3\n').join()).toMatch(/must not end in _v<number>/);
    const two =
      MINIMAL + '  more:\n    alias: docs\n    source: { kind: jsonl, path: x }\n    embedder: { kind: hashing }\n';
    expect(problemsOf(two)).toEqual([
      'cutover.yaml:7:5 indexes.more.alias: alias "docs" already belongs to index "docs"',
    ]);
  });

  test('names a key that is given twice, and still reports what else is wrong', () => {
    const text = MINIMAL + '    embedder: { kind: hashing, dimensions: 0 }\n';
    expect(problemsOf(text)).toEqual([
      'cutover.yaml:6:5 this key is given twice',
      'cutover.yaml:6:32 indexes.docs.embedder.dimensions: must be at least 1, found 0',
    ]);
  });

  test('reports broken YAML with its place and nothing that follows from it', () => {
    const problems = problemsOf('indexes:\n  docs: { source: [\n  x: "unclosed\n');
    expect(problems.length).toBeGreaterThan(0);
    for (const problem of problems) expect(problem).toMatch(/^cutover\.yaml:\d+:\d+ not valid YAML: /);
  });

  test('survives a nest of anchors made to unfold to gigabytes', () => {
    const levels = Array.from(
      { length: 9 },
      (_, n) => `l${n + 1}: &l${n + 1} [${Array(10).fill(`*l${n}`).join(', ')}]`,
    );
    expect(problemsOf(['l0: &l0 [x]', ...levels].join('\n')).join()).toMatch(/not usable YAML/);
  });

  test.each(['', '# nothing here\n', 'indexes: {}', 'indexes:', '[]', 'just text'])('refuses a file of %j', (text) => {
    expect(problemsOf(text)).toHaveLength(1);
  });

  test('refuses a secret wherever it stands, without repeating it', () => {
    const secret = 'sk-abcdefghijklmnopqrstuvwxyz';
    const text = `
indexes:
  docs:
    source: { kind: files, root: ./docs }
    embedder: { kind: openai, model: m, apiKey: ${secret}, apiKeyEnv: ${secret}, baseUrl: "http://me:${secret}@host/v1" }
    password: ${secret}
`;
    const problems = problemsOf(text);
    expect(problems.map((problem) => problem.split(' ')[1])).toEqual([
      'indexes.docs.embedder.apiKey:',
      'indexes.docs.embedder.apiKeyEnv:',
      'indexes.docs.embedder.baseUrl:',
      'indexes.docs.password:',
    ]);
    expect(problems.join('\n')).not.toContain(secret);
    expect(problems[0]).toMatch(/set the environment variable OPENAI_API_KEY/);
  });
});

describe('a file on disk', () => {
  test('that does not exist names the command that writes one', async () => {
    await expect(loadConfig('/nowhere/cutover.yaml', {})).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      hint: expect.stringContaining('cutover init'),
    });
  });

  test('is read as UTF-8 with or without a byte order mark, and refused as anything else', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'cutover-config-'));
    const path = join(folder, 'cutover.yaml');
    await writeFile(path, `\uFEFF${MINIMAL}`);
    expect((await loadConfig(path, {})).indexes.get(indexName('docs'))?.source).toMatchObject({
      root: join(folder, 'docs'),
    });
    await writeFile(path, Buffer.from([0x69, 0xff, 0xfe]));
    await expect(loadConfig(path, {})).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
    await rm(folder, { recursive: true });
  });
});

test('configHash() is equal for equal configurations and differs with every key that counts', () => {
  const spec = specOf(MINIMAL)!;
  const reordered = specOf(`
indexes:
  docs:
    embedder: { model: wordllama-256, kind: static }
    source: { root: docs/, kind: files }
`)!;
  expect(configHash(reordered)).toBe(configHash(spec));
  expect(configHash(spec)).toMatch(/^[0-9a-f]{64}$/);
  expect(configHash(specOf(MINIMAL + '    gate: { margin: 0.03 }\n')!)).not.toBe(configHash(spec));
});
