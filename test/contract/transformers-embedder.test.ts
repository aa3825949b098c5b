import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { openEmbedder } from '../../src/adapters/embedders/index.js';
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

const open = (more: { readonly maxTokens?: number; readonly dtype?: string; readonly documentPrefix?: string } = {}) =>
  openEmbedder(
    {
      kind: 'transformers',
      model: 'tiny',
      dtype: 'fp32',
      pooling: 'mean',
      normalize: true,
      documentPrefix: '',
      queryPrefix: '',
      processes: 1,
      ...more,
    },
    { modelFolders: [folder], environment: {} },
  );

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

  test('names the file that a dtype lacks before anything is loaded', async () => {
    await expect(tracked({ dtype: 'q8' }).describe()).rejects.toMatchObject({
      code: 'MODEL_INVALID',
      facts: { missing: ['onnx/model_quantized.onnx'] },
    });
  });

  test('embeds everything although its process is killed in the middle', async () => {
    const embedder = tracked();
    await embedder.describe();
    const texts = Array.from({ length: 4_000 }, (_, index) => KNOWN.slice(0, 1 + (index % KNOWN.length)).join(' '));
    const work = embedder.embedDocuments(texts);
    const [child = ''] = execFileSync('pgrep', ['-P', String(process.pid), '-f', 'transformers/child'], {
      encoding: 'utf8',
    }).split('\n');
    process.kill(Number(child), 'SIGKILL');
    expect(await work).toHaveLength(4_000);
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
