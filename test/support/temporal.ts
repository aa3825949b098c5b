import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Connection } from '@temporalio/client';
import getPort from 'get-port';
import { cacheFolder } from '../../src/local/cache-folder.js';
import { ensureTemporalBinary } from '../../src/local/temporal/binary.js';
import { temporalChild } from '../../src/local/temporal/child.js';
import { registerSearchAttributes } from '../../src/local/temporal/search-attributes.js';

export interface ProvidedTemporal {
  readonly address: string;
  readonly namespace: string;
  stop(): Promise<void>;
}

const START_LIMIT_MS = 30_000;

/**
 * A Temporal dev server of the caller's own, with our search attributes: start it in `beforeAll`,
 * stop it in `afterAll`. It takes half a second once the program is cached.
 */
export async function provideTemporal(): Promise<ProvidedTemporal> {
  const binary = await ensureTemporalBinary({ cacheFolder: cacheFolder(process.env), searchPath: process.env.PATH });
  const folder = await mkdtemp(path.join(tmpdir(), 'cutover-temporal-'));
  const port = await getPort({ host: '127.0.0.1' });
  const namespace = 'default';
  const spec = temporalChild(binary, { dbFile: path.join(folder, 'temporal.db'), port, namespace }, process.env);
  const child = spawn(spec.command, spec.args, { stdio: 'ignore' });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const stop = async (): Promise<void> => {
    // Nothing of it is kept, so there is no need for its orderly end, which takes seconds.
    child.kill('SIGKILL');
    await ended;
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const deadline = Date.now() + START_LIMIT_MS;
    while (!(await spec.health())) {
      if (Date.now() > deadline || child.exitCode !== null) throw new Error('The Temporal dev server did not start');
      await sleep(50);
    }
    const address = `127.0.0.1:${port}`;
    const connection = await Connection.connect({ address });
    await registerSearchAttributes(connection, namespace);
    await connection.close();
    return { address, namespace, stop };
  } catch (cause) {
    await stop();
    throw cause;
  }
}
