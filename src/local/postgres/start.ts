import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import getPort from 'get-port';
import { LifecycleError } from '../../domain/errors.js';
import { postgresChild, type PostgresChild } from './child.js';

export interface RunningPostgres {
  readonly url: string;
  readonly pid: number;
  stop(): Promise<void>;
}

const READY_LIMIT_MS = 60_000;
const POLL_MS = 50;

/** Ends the server when its standard input closes, and that is when we end, by whatever signal. */
const GUARD = `"$@" </dev/null & server=$!
exec 3<&0
( cat <&3 >/dev/null; kill -INT $server 2>/dev/null ) &
watch=$!
trap 'kill -INT $server' INT TERM
while kill -0 $server 2>/dev/null; do wait $server; done
kill $watch 2>/dev/null`;

/**
 * Start a Postgres that lives no longer than this process: for tests and scripts. The stack's is started by its supervisor.
 *
 * @throws {LifecycleError} as `postgresChild`, and `SERVICE_UNAVAILABLE` when it does not come up within a minute.
 */
export async function startPostgres(plan: {
  readonly folder: string;
  readonly port?: number;
}): Promise<RunningPostgres> {
  const spec = await postgresChild({ folder: plan.folder, port: plan.port ?? (await getPort({ host: '127.0.0.1' })) });
  const guard = spawn('/bin/sh', ['-c', GUARD, 'postgres', spec.command, ...spec.args], {
    env: { ...spec.env, PATH: '/usr/bin:/bin' },
    ...(spec.cwd === undefined ? {} : { cwd: spec.cwd }),
    ...(spec.uid === undefined ? {} : { uid: spec.uid, gid: spec.gid }),
    stdio: ['pipe', 'ignore', 'pipe'],
    detached: true,
  });
  const said = collectTail(guard);
  await waitUntilHealthy(spec, guard, said);
  const lockFile = await readFile(path.join(spec.marker ?? '', 'postmaster.pid'), 'utf8');
  return {
    url: spec.url,
    pid: Number.parseInt(lockFile, 10),
    async stop() {
      if (guard.exitCode !== null || guard.signalCode !== null) return;
      const ended = once(guard, 'exit');
      guard.stdin?.end();
      await ended;
    },
  };
}

function collectTail(guard: ChildProcess): () => string {
  let tail = '';
  guard.stderr?.setEncoding('utf8').on('data', (text: string) => (tail = (tail + text).slice(-2_000)));
  return () => tail.trim().split('\n').slice(-3).join('; ');
}

async function waitUntilHealthy(spec: PostgresChild, guard: ChildProcess, said: () => string): Promise<void> {
  const deadline = Date.now() + READY_LIMIT_MS;
  while (!(await spec.health())) {
    if (guard.exitCode !== null || guard.signalCode !== null || Date.now() > deadline) {
      guard.stdin?.end();
      throw new LifecycleError('SERVICE_UNAVAILABLE', `Postgres did not start: ${said()}`, {
        hint: 'Its port may be taken, or another server may use its data folder',
      });
    }
    await sleep(POLL_MS);
  }
}
