import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { openEmbedder } from '../../src/adapters/embedders/index.js';
import { ModelChild } from '../../src/adapters/embedders/transformers/model-child.js';
import type { EmbedderSpec } from '../../src/domain/index-spec.js';
import type { Embedder } from '../../src/ports/embedder.js';
import { writeOnnxModel } from '../support/onnx-model.js';
import { describeEmbedder, KNOWN } from './embedder.js';

let folder: string;

const vectors = Object.fromEntries(
  KNOWN.map((word, at) => [word, Array.from({ length: 8 }, (_, column) => Math.sin((at + 1) * (column + 2)))]),
);

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'cutover-onnx-'));
  await writeOnnxModel(path.join(folder, 'tiny'), vectors);
});
afterAll(() => rm(folder, { recursive: true }));

interface Change {
  readonly maxTokens?: number;
  readonly dtype?: string;
  readonly documentPrefix?: string;
}

const specOf = (more: Change = {}): EmbedderSpec => ({
  kind: 'transformers',
  model: 'tiny',
  dtype: 'fp32',
  pooling: 'mean',
  normalize: true,
  documentPrefix: '',
  queryPrefix: '',
  processes: 1,
  ...more,
});

const open = (more: Change = {}) => openEmbedder(specOf(more), { modelFolders: [folder], environment: {} });

/** Model processes that this one has started. */
function childrenOf(pid: number): readonly number[] {
  const { stdout } = spawnSync('pgrep', ['-P', String(pid), '-f', 'transformers/child'], { encoding: 'utf8' });
  return stdout.split('\n').filter(Boolean).map(Number);
}

/** One that has ended may still have its entry, until somebody asks how it ended. */
function isRunning(pid: number): boolean {
  const { stdout } = spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' });
  return stdout.trim() !== '' && !stdout.startsWith('Z');
}

describeEmbedder('transformers', async () => open(), { refusesBlank: true });
describeEmbedder('transformers with a prefix', async () => open({ documentPrefix: 'river ' }), {
  refusesBlank: true,
  prefixed: true,
});

describe('transformers embedder', () => {
  const opened: Embedder[] = [];
  const tracked = (...options: Parameters<typeof open>) => {
    const embedder = open(...options);
    opened.push(embedder);
    return embedder;
  };
  afterEach(async () => {
    vi.unstubAllEnvs();
    await Promise.all(opened.splice(0).map((embedder) => embedder.close()));
  });

  test('cuts texts at its limit, special tokens included, and says so', async () => {
    const embedder = tracked({ maxTokens: 4 });
    expect(await embedder.describe()).toMatchObject({ maxTokens: 4, truncation: 'cut' });
    // The library cuts plainly, so that the closing special token is lost: [CLS] alpha beta gamma.
    const [cut, other] = await embedder.embedDocuments(['alpha beta gamma delta', 'alpha beta gamma river']);
    const [whole] = await tracked().embedDocuments(['alpha beta gamma']);
    whole?.forEach((component, at) => expect(cut?.[at]).toBeCloseTo(component, 6));
    expect(other).toEqual(cut);
    expect(await embedder.countTokens(['alpha beta gamma delta'])).toEqual([6]);
  });

  test('refuses a wholly unknown text, naming it alone', async () => {
    await expect(tracked().embedDocuments(['alpha', 'zzz qqq', 'beta'])).rejects.toMatchObject({
      code: 'EMBED_INPUT_REFUSED',
      facts: { indexes: [1] },
    });
  });

  // The default is q8, and the only copy of MiniLM in the package registry is int8: "pull it again" helped nobody.
  test('names the file that a dtype lacks and the dtype to write instead, before anything is loaded', async () => {
    await expect(tracked({ dtype: 'q8' }).describe()).rejects.toMatchObject({
      code: 'MODEL_INVALID',
      hint: "Write `dtype: fp32` in the embedder's configuration (here: fp32), or add the file.",
      facts: { missing: ['onnx/model_quantized.onnx'], dtypes: ['fp32'] },
    });
    await expect(tracked({ dtype: 'q9' }).describe()).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
  });

  test('embeds everything although its process is killed in the middle', async () => {
    const embedder = tracked();
    await embedder.describe();
    const texts = Array.from({ length: 4_000 }, (_, index) => KNOWN.slice(0, 1 + (index % KNOWN.length)).join(' '));
    const work = embedder.embedDocuments(texts);
    process.kill(childrenOf(process.pid)[0] ?? 0, 'SIGKILL');
    expect(await work).toHaveLength(4_000);
  });

  test('asks for one batch more when a process crashes, and no other', async () => {
    const embedder = tracked();
    await embedder.describe();
    const run = vi.spyOn(ModelChild.prototype, 'run');
    // 20 batches: each text has 8 words and 2 special tokens, and 102 of them fill 1,024 tokens.
    const texts = Array.from({ length: 2_040 }, () => KNOWN.join(' '));
    const work = embedder.embedDocuments(texts);
    await vi.waitFor(() => expect(run.mock.calls.length).toBeGreaterThan(3), { interval: 1 });
    process.kill(childrenOf(process.pid)[0] ?? 0, 'SIGKILL');
    expect(await work).toHaveLength(2_040);
    expect(run).toHaveBeenCalledTimes(21);
    run.mockRestore();
  });

  test('leaves no process behind when its own is killed with -9 in the middle of a batch', async () => {
    const script = path.join(folder, 'parent.mts');
    const module = pathToFileURL(path.resolve('src/adapters/embedders/index.ts')).href;
    await writeFile(
      script,
      `import { openEmbedder } from ${JSON.stringify(module)};
      const spec = ${JSON.stringify({ ...specOf(), processes: 2 })};
      const embedder = openEmbedder(spec, { modelFolders: [${JSON.stringify(folder)}], environment: {} });
      await embedder.describe();
      console.log('ready');
      for (;;) await embedder.embedDocuments(Array.from({ length: 2_000 }, () => 'alpha beta gamma delta'));`,
    );
    const parent = spawn(process.execPath, ['--import', 'tsx', script], { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(parent.stdout, 'data');
    await vi.waitFor(() => expect(childrenOf(parent.pid ?? 0)).toHaveLength(2), { timeout: 10_000 });
    const children = childrenOf(parent.pid ?? 0);
    parent.kill('SIGKILL');
    await vi.waitFor(() => expect(children.filter(isRunning)).toEqual([]), { timeout: 5_000 });
  });

  test('gives the exact command when the optional package is missing', async () => {
    // The child process cannot resolve the package, as after an installation without it.
    const hooks = `export async function resolve(name, context, next) {
      if (name === '@huggingface/transformers')
        throw Object.assign(new Error("Cannot find package '" + name + "'"), { code: 'ERR_MODULE_NOT_FOUND' });
      return next(name, context);
    }`;
    await writeFile(path.join(folder, 'hooks.mjs'), hooks);
    const hooksUrl = pathToFileURL(path.join(folder, 'hooks.mjs')).href;
    await writeFile(
      path.join(folder, 'register.mjs'),
      `import { register } from 'node:module'; register(${JSON.stringify(hooksUrl)});`,
    );
    vi.stubEnv('NODE_OPTIONS', `--import ${pathToFileURL(path.join(folder, 'register.mjs')).href}`);
    await expect(tracked().describe()).rejects.toMatchObject({
      code: 'MISSING_DEPENDENCY',
      hint: 'ONNXRUNTIME_NODE_INSTALL=skip npm install @huggingface/transformers@4.3.1',
    });
  });
});
