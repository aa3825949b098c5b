import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { tryLock } from './home-lock.js';
import { killGroup } from './process-identity.js';
import { Supervisor } from './supervisor.js';
import { supervisorInput } from './supervisor-input.js';

const SETTLE_LIMIT_MS = 5_000;

const log = (line: string): void => void process.stdout.write(`${new Date().toISOString()} ${line}\n`);

const input = supervisorInput.parse(JSON.parse(process.argv[2] ?? ''));

// One supervisor per home folder, whatever became of the command that started us.
const lock = await tryLock(path.join(input.home, 'supervisor-lock'));
if (lock === undefined) {
  log('another supervisor looks after this home folder');
  process.exit(0);
}

const { DATABASE_URL: databaseUrl, TEMPORAL_ADDRESS: temporalAddress, QDRANT_URL: qdrantUrl } = process.env;
const environment = { ...input.environment, databaseUrl, temporalAddress, qdrantUrl };
const supervisor = new Supervisor({ ...input, environment, variables: process.env, log });
let ending: Promise<void> | undefined;
const end = (reason: string, code: number): void => {
  ending ??= (async () => {
    log(`stopping: ${reason}`);
    await supervisor.stop();
    // Downloads and database set-up run in our own group; let them clean up after themselves.
    killGroup(process.pid, 'SIGTERM');
    await Promise.race([starting, sleep(SETTLE_LIMIT_MS)]);
    await lock.release();
  })()
    .catch((cause: unknown) => log(`while stopping: ${String(cause)}`)) // the home folder may be gone
    .finally(() => process.exit(code));
};
for (const name of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(name, () => end(name, 0));
process.on('uncaughtException', (cause) => end(`uncaught: ${cause.stack ?? String(cause)}`, 1));
process.on('unhandledRejection', (cause) => end(`unhandled rejection: ${String(cause)}`, 1));

log(`supervisor ${process.pid} starts ${input.services.join(', ')}`);
const starting = supervisor.start();
if (!(await starting)) end('the start did not succeed', 1);
