import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Connection } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SEARCH_ATTRIBUTES } from '../../../../src/contracts/workflows.js';
import { ensureTemporalBinary, findTemporalBinary } from '../../../../src/local/temporal/binary.js';
import { isTemporalHealthy } from '../../../../src/local/temporal/health.js';
import { registerSearchAttributes } from '../../../../src/local/temporal/search-attributes.js';
import { provideTemporal, type ProvidedTemporal } from '../../../support/temporal.js';

describe('a running dev server', () => {
  let temporal: ProvidedTemporal;
  let connection: Connection;
  beforeAll(async () => {
    temporal = await provideTemporal();
    connection = await Connection.connect({ address: temporal.address });
  });
  afterAll(async () => {
    await connection?.close();
    await temporal?.stop();
  });

  test('isTemporalHealthy() says so, and says no where nothing listens', async () => {
    expect(await isTemporalHealthy(temporal.address)).toBe(true);
    expect(await isTemporalHealthy('127.0.0.1:1')).toBe(false);
  });

  test('registerSearchAttributes() may be repeated, also at the same moment', async () => {
    await Promise.all([1, 2, 3].map(() => registerSearchAttributes(connection, temporal.namespace)));
    const { customAttributes } = await connection.operatorService.listSearchAttributes({
      namespace: temporal.namespace,
    });
    expect(Object.keys(customAttributes)).toEqual(
      expect.arrayContaining(Object.values(SEARCH_ATTRIBUTES).map(({ name }) => name)),
    );
  });

  test('registerSearchAttributes() refuses an attribute that somebody registered with another type', async () => {
    const namespace = 'other-types';
    await connection.workflowService.registerNamespace({
      namespace,
      workflowExecutionRetentionPeriod: { seconds: 86_400 as never },
    });
    const TEXT = 1;
    await expect
      .poll(() =>
        connection.operatorService
          .addSearchAttributes({ namespace, searchAttributes: { [SEARCH_ATTRIBUTES.phase.name]: TEXT } })
          .then(() => 'registered')
          .catch(() => 'not yet'),
      )
      .toBe('registered');
    await expect(registerSearchAttributes(connection, namespace)).rejects.toMatchObject({
      code: 'SERVICE_UNAVAILABLE',
      hint: expect.stringContaining(`--name ${SEARCH_ATTRIBUTES.phase.name}`) as string,
    });
  });
});

describe('finding the program', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'cutover-binary-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  async function program(place: string, output: string): Promise<string> {
    const file = path.join(folder, place);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, `#!/bin/sh\necho '${output}'\n`);
    await chmod(file, 0o755);
    return file;
  }

  test('a usable one on PATH is taken before the cached one, a too old one is passed over', async () => {
    const usable = await program('new/temporal', 'temporal version 1.9.0 (Server 1.31.0)');
    const cached = await program('cache/bin/temporal-1.9.1', 'temporal version 1.9.1');
    await program('old/temporal', 'temporal version 1.0.0 (Server 1.24.0)');
    const cache = path.join(folder, 'cache');
    const search = (name: string) => path.join(folder, name);
    expect(await findTemporalBinary({ cacheFolder: cache, searchPath: search('new') })).toEqual({
      path: usable,
      from: 'PATH',
    });
    expect(await findTemporalBinary({ cacheFolder: cache, searchPath: search('old') })).toEqual({
      path: cached,
      from: 'cache',
    });
    expect(await ensureTemporalBinary({ cacheFolder: cache, searchPath: search('old') })).toBe(cached);
    expect(await findTemporalBinary({ cacheFolder: folder, searchPath: search('old') })).toBeUndefined();
  });
});
