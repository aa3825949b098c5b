import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { LifecycleError } from '../domain/errors.js';
import type { Entries } from './children.js';
import { prepareHome, withHomeLock } from './home-folder.js';
import { lastLines, rotateLog } from './logs.js';
import { nodeCommand } from './node-command.js';
import { identify, isAlive, signal, waitForEnd, type ProcessIdentity } from './process-identity.js';
import type { ServiceName } from './child-spec.js';
import { externalDigests, EXTERNAL_VARIABLES, type StackEnvironment } from './stack-environment.js';
import { planStack, type StackPlan } from './stack-plan.js';
import { logFile, readRecord, type StackRecord } from './stack-record.js';
import { stackState, type StackState } from './stack-state.js';
import type { SupervisorInput } from './supervisor-input.js';

export interface EnsureStackOptions {
  readonly home: string;
  readonly environment: StackEnvironment;
  readonly onProgress: (message: string) => void;
  /** `cutover up`, as opposed to a command that needs the stack. */
  readonly explicit: boolean;
  readonly entries?: Entries;
}

const POLL_MS = 100;
const REGISTER_LIMIT_MS = 30_000;
const STOP_LIMIT_MS = 60_000;
const SHOWN_LINES = 12;
const ATTEMPTS = 5;

/**
 * Make sure that the stack of a home folder runs, and say where its parts are. Repeating it, or calling it
 * from several processes at once, starts one stack. Ctrl-C while it starts stops what was started.
 *
 * @throws {LifecycleError} `STACK_INCOMPLETE` when only some parts are configured and nobody asked for the others;
 *   `ALREADY_RUNNING` when the running stack was started with other configured parts;
 *   `SERVICE_UNAVAILABLE` with the end of its log when a service does not start; `CANCELLED` after Ctrl-C.
 */
export async function ensureStack(options: EnsureStackOptions): Promise<StackState> {
  const { environment, onProgress } = options;
  const plan = planStack(environment, options.explicit);
  if (plan.kind !== 'start') return useWhatRuns(plan, options);
  const home = await prepareHome(options.home);
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const supervisor = await withHomeLock(home, () => findOrStart(home, plan.services, options));
    const record = await awaitReady(home, supervisor, onProgress);
    if (record !== undefined) return stackState(home, environment, record);
  }
  throw new LifecycleError('SERVICE_UNAVAILABLE', `The stack in ${home} was stopped each time it had been started`, {
    hint: 'Another command seems to stop it; see `cutover logs supervisor`.',
  });
}

/** The supervisor that a command waits for. */
interface Awaited {
  readonly process: ProcessIdentity;
  readonly startedHere: boolean;
  /** How many of its messages are old news. */
  readonly told: number;
}

/** Nothing may be started, or is to be: touch no folder, it may be read-only. */
async function useWhatRuns(
  plan: Exclude<StackPlan, { kind: 'start' }>,
  { home, environment, onProgress }: EnsureStackOptions,
): Promise<StackState> {
  const record = await readRecord(home);
  const running = record !== undefined && fits(record, environment) ? runningSupervisor(record) : undefined;
  const ready = running === undefined ? undefined : await awaitReady(home, running, onProgress);
  if (ready !== undefined || plan.kind === 'external') return stackState(home, environment, ready);
  throw incomplete(plan);
}

async function findOrStart(
  home: string,
  services: readonly ServiceName[],
  options: EnsureStackOptions,
): Promise<Awaited> {
  const record = await readRecord(home);
  const running = record === undefined ? undefined : runningSupervisor(record);
  if (record !== undefined && running !== undefined) {
    if (fits(record, options.environment)) return running;
    throw otherParts();
  }
  if (isAlive(record?.supervisor)) await waitForEnd(record.supervisor, STOP_LIMIT_MS);
  return { process: await startSupervisor(home, services, options), startedHere: true, told: 0 };
}

function runningSupervisor(record: StackRecord): Awaited | undefined {
  if (!isAlive(record.supervisor) || record.phase === 'stopping' || record.phase === 'failed') return undefined;
  return { process: record.supervisor, startedHere: false, told: record.progress.length };
}

function fits(record: StackRecord, environment: StackEnvironment): boolean {
  const digests = externalDigests(environment);
  return (Object.keys(digests) as (keyof typeof digests)[]).every((part) => digests[part] === record.external[part]);
}

/** Start one, detached, and wait until it has written down that it is there. */
async function startSupervisor(
  home: string,
  services: readonly ServiceName[],
  options: EnsureStackOptions,
): Promise<ProcessIdentity> {
  const { databaseUrl, temporalAddress, qdrantUrl, temporalNamespace, gatewayPort, cache } = options.environment;
  const input: SupervisorInput = {
    home,
    services: [...services],
    environment: { temporalNamespace, gatewayPort, cache },
    entries: { ...options.entries },
  };
  await rotateLog(home, 'supervisor');
  const log = openSync(logFile(home, 'supervisor'), 'a', 0o600);
  const { command, args } = nodeCommand(new URL('./supervisor-main', import.meta.url));
  const child = spawn(command, [...args, JSON.stringify(input)], {
    cwd: home,
    detached: true,
    stdio: ['ignore', log, log],
    env: { ...process.env, DATABASE_URL: databaseUrl, TEMPORAL_ADDRESS: temporalAddress, QDRANT_URL: qdrantUrl },
  });
  closeSync(log);
  child.unref();
  const identity = child.pid === undefined ? undefined : identify(child.pid);
  const deadline = performance.now() + REGISTER_LIMIT_MS;
  while (isAlive(identity) && performance.now() < deadline) {
    const record = await readRecord(home);
    if (record?.supervisor?.pid === identity.pid) return identity;
    await sleep(POLL_MS);
  }
  const said = await lastLines(home, 'supervisor', SHOWN_LINES);
  throw new LifecycleError('SERVICE_UNAVAILABLE', ['The supervisor did not start', ...said].join('\n'), {
    retryable: true,
    hint: `Its log is ${logFile(home, 'supervisor')}.`,
  });
}

/** @returns The record once the stack is ready; undefined when its supervisor ended in order before that. */
async function awaitReady(
  home: string,
  supervisor: Awaited,
  onProgress: (message: string) => void,
): Promise<StackRecord | undefined> {
  const interruption = watchInterruption();
  let { told } = supervisor;
  try {
    for (;;) {
      const alive = isAlive(supervisor.process);
      const record = await readRecord(home);
      const progress = record?.progress ?? [];
      for (const message of progress.slice(told)) onProgress(message);
      told = Math.max(told, progress.length);
      if (alive && record?.phase === 'ready') return record;
      if (!alive && record?.failure) throw startFailure(home, record.failure);
      if (!alive) return undefined;
      if (interruption.happened()) throw await interrupted(supervisor);
      await sleep(POLL_MS);
    }
  } finally {
    interruption.unwatch();
  }
}

function watchInterruption() {
  let happened = false;
  const note = (): void => void (happened = true);
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, note);
  return {
    happened: () => happened,
    unwatch: () => {
      for (const name of ['SIGINT', 'SIGTERM'] as const) process.off(name, note);
    },
  };
}

async function interrupted(supervisor: Awaited): Promise<LifecycleError> {
  if (!supervisor.startedHere)
    return new LifecycleError('CANCELLED', 'Stopped waiting; another command starts the stack');
  signal(supervisor.process, 'SIGTERM');
  await waitForEnd(supervisor.process, STOP_LIMIT_MS);
  return new LifecycleError('CANCELLED', 'Interrupted while starting; what had been started was stopped');
}

function startFailure(home: string, failure: NonNullable<StackRecord['failure']>): LifecycleError {
  const lines = failure.log.map((line) => `  ${line}`);
  return new LifecycleError(
    'SERVICE_UNAVAILABLE',
    [`Cannot start ${failure.service}: ${failure.message}`, ...lines].join('\n'),
    {
      hint: failure.hint ?? `The whole log is ${logFile(home, failure.service)}.`,
      facts: { service: failure.service },
    },
  );
}

function incomplete(plan: Extract<StackPlan, { kind: 'incomplete' }>): LifecycleError {
  const names = (parts: readonly (keyof typeof EXTERNAL_VARIABLES)[]): string =>
    parts.map((part) => EXTERNAL_VARIABLES[part]).join(' and ');
  return new LifecycleError('STACK_INCOMPLETE', `${names(plan.configured)} is set, but ${names(plan.missing)} is not`, {
    hint: `Set ${names(plan.missing)} too, or start just the missing part with \`cutover up\`.`,
    facts: { missing: plan.missing.map((part) => EXTERNAL_VARIABLES[part]) },
  });
}

function otherParts(): LifecycleError {
  return new LifecycleError(
    'ALREADY_RUNNING',
    `The stack runs with other values of ${Object.values(EXTERNAL_VARIABLES).join(', ')} than this command has`,
    { hint: 'Stop it with `cutover down` first, or use the values it was started with.' },
  );
}
