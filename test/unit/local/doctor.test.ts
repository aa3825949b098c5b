import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readEnvironment } from '../../../src/config/index.js';
import { runDoctor } from '../../../src/local/doctor.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'cutover-doctor-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function diagnose(variables: Record<string, string>) {
  const home = path.join(folder, 'home');
  const environment = readEnvironment({ CUTOVER_CACHE: path.join(folder, 'cache'), ...variables });
  return new Map((await runDoctor({ home, environment })).map((check) => [check.name, check]));
}

test('a machine with nothing configured can run everything, and the doctor leaves it as it was', async () => {
  const checks = await diagnose({});
  expect([...checks.keys()]).toEqual([
    'node',
    'platform',
    'home',
    'disk',
    'postgres',
    'temporal',
    'vectors',
    'pip',
    'models',
    'transformers',
    'stack',
    'openai',
  ]);
  expect([...checks.values()].filter(({ ok }) => ok === 'fail')).toEqual([]);
  expect(checks.get('postgres')?.detail).toMatch(/^bundled 18/);
  expect(checks.get('stack')?.detail).toBe('not running');
  expect(checks.get('models')?.hint).toContain('cutover models pull');
  expect(await readdir(folder)).toEqual([]);
});

test('configured parts that do not answer fail, without showing their credentials', async () => {
  const checks = await diagnose({
    DATABASE_URL: 'postgres://me:secret@127.0.0.1:1/db',
    TEMPORAL_ADDRESS: '127.0.0.1:1',
    QDRANT_URL: 'http://127.0.0.1:1',
  });
  for (const name of ['postgres', 'temporal', 'vectors']) {
    expect(checks.get(name)).toMatchObject({ ok: 'fail', hint: expect.stringMatching(/^Check [A-Z_]+\.$/) as string });
  }
  expect(JSON.stringify([...checks.values()])).not.toContain('secret');
});
