import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { vectorsChild } from '../../../src/local/vectors-child.js';

let home: string;
beforeEach(async () => {
  home = await mkdtemp(path.join(tmpdir(), 'cutover-vectors-'));
});
afterEach(() => rm(home, { recursive: true, force: true }));

test('Qdrant on PATH serves a new home: on loopback, without telemetry, from folders of the home', async () => {
  const child = await vectorsChild({ home, port: 4711, qdrant: '/opt/qdrant' }, {});
  const file = path.join(home, 'qdrant', 'config.json');
  expect({ command: child.command, args: child.args, ipc: child.ipc ?? false }).toEqual({
    command: '/opt/qdrant',
    args: ['--config-path', file],
    ipc: false,
  });
  expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({
    telemetry_disabled: true,
    service: { host: '127.0.0.1', http_port: 4711, grpc_port: null },
    storage: { storage_path: path.join(home, 'qdrant', 'storage') },
  });
});

test('a home with collections of the embedded server keeps it after Qdrant was installed', async () => {
  await mkdir(path.join(home, 'vectors'));
  await writeFile(path.join(home, 'vectors', 'a-collection'), '');
  const child = await vectorsChild({ home, port: 4711, qdrant: '/opt/qdrant' }, {});
  expect(child.command).toBe(process.execPath);
  expect(child.args.slice(-2)).toEqual([path.join(home, 'vectors'), '4711']);
});
