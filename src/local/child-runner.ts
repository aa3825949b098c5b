import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ChildSpec } from './child-spec.js';
import { endProcess, identify, isAlive, killGroup, type ProcessIdentity } from './process-identity.js';
import { countFailure, restartDelayMs } from './stack-plan.js';
import type { ServiceRecord } from './stack-record.js';

export interface RunnerOptions {
  readonly logFile: string;
  readonly home: string;
  /** Called after every change of state or process. */
  readonly onChange: () => void;
  readonly log: (line: string) => void;
}

/** A child did not come up: what happened, in words. */
export class ChildFailedError extends Error {
  constructor(
    readonly service: string,
    message: string,
  ) {
    super(message);
  }
}

const POLL_MS = 50;
/** A database may first replay its log; a worker run from the sources bundles its workflows, 20 s on a busy machine. */
const HEALTHY_LIMIT_MS = 120_000;
const STOP_GRACE_MS = 15_000;
/** Some work blocks a Node process for seconds; silence this long is more than that. */
const HEARTBEAT_LIMIT_MS = 30_000;

/** Keeps one child running, from its start to its orderly end. */
export class ChildRunner {
  state: ServiceRecord['state'] = 'stopped';
  process: ProcessIdentity | null = null;
  restarts = 0;

  private child: ChildProcess | undefined;
  private ready = false;
  private heartbeatAt: number | undefined;
  private healthySince: number | undefined;
  private failures = 0;
  private started = false;
  private stopping = false;
  private restartTimer: NodeJS.Timeout | undefined;
  private lastEnd = 'it ended';

  constructor(
    readonly spec: ChildSpec,
    private readonly options: RunnerOptions,
  ) {}

  /** Start it and wait until it is healthy. @throws {ChildFailedError} */
  async start(): Promise<void> {
    if (this.stopping) throw new ChildFailedError(this.spec.name, 'it was stopped before it started');
    this.spawnChild();
    await this.awaitHealthy();
    await this.spec.afterStart?.();
    this.started = true;
  }

  /** Take over a healthy process that an earlier supervisor started. */
  adopt(process: ProcessIdentity): void {
    this.process = process;
    this.started = true;
    this.noteHealthy();
  }

  /** Look after it once: adopted processes tell nobody that they ended. */
  async inspect(): Promise<void> {
    if (!this.started || this.stopping || this.process === null) return;
    if (this.child === undefined && !isAlive(this.process)) {
      this.noteEnd('it is gone');
      return;
    }
    if (this.state !== 'running' && this.state !== 'unresponsive') return;
    const process = this.process;
    const healthy = await this.isHealthy();
    if (this.process === process && !this.stopping) this.setState(healthy ? 'running' : 'unresponsive');
  }

  /** End it in order, by force after a grace period. It stays ended. */
  async stop(): Promise<void> {
    this.stopping = true;
    clearTimeout(this.restartTimer);
    if (this.process !== null) {
      await endProcess(this.process, { signal: this.spec.stopSignal, graceMs: STOP_GRACE_MS });
      this.process = null;
    }
    this.setState('stopped');
  }

  private spawnChild(): void {
    const { spec, options } = this;
    const log = openSync(options.logFile, 'a', 0o600);
    const child = spawn(spec.command, spec.args, {
      cwd: spec.cwd ?? options.home,
      env: { ...spec.env },
      ...(spec.uid !== undefined && { uid: spec.uid }),
      ...(spec.gid !== undefined && { gid: spec.gid }),
      // A group of its own: Ctrl-C in a terminal must not reach it before its turn.
      detached: true,
      stdio: spec.ipc === true ? ['ignore', log, log, 'ipc'] : ['ignore', log, log],
    });
    closeSync(log);
    this.child = child;
    this.ready = false;
    this.heartbeatAt = undefined;
    this.healthySince = undefined;
    this.process = child.pid === undefined ? null : (identify(child.pid) ?? null);
    this.setState(this.started ? 'restarting' : 'starting');
    child.on('message', (message) => this.noteMessage(message));
    child.once('error', (cause) => this.noteEnd(cause.message, child));
    child.once('exit', (code, signal) => this.noteEnd(`ended with ${signal ?? `exit code ${code}`}`, child));
  }

  private async awaitHealthy(): Promise<void> {
    const child = this.child;
    const deadline = performance.now() + HEALTHY_LIMIT_MS;
    while (this.child === child && child !== undefined) {
      if (await this.isHealthy()) {
        if (this.child !== child) break;
        this.noteHealthy();
        return;
      }
      if (performance.now() > deadline) {
        throw new ChildFailedError(this.spec.name, `it did not answer within ${HEALTHY_LIMIT_MS / 1000} s`);
      }
      await sleep(POLL_MS);
    }
    throw new ChildFailedError(this.spec.name, this.lastEnd);
  }

  private async isHealthy(): Promise<boolean> {
    if (this.spec.ipc === true && this.child !== undefined) {
      const silentMs = this.heartbeatAt === undefined ? 0 : performance.now() - this.heartbeatAt;
      if (!this.ready || silentMs > HEARTBEAT_LIMIT_MS) return false;
    }
    return this.spec.health();
  }

  private noteMessage(message: unknown): void {
    const type = (message as { readonly type?: unknown } | null)?.type;
    if (type === 'ready') this.ready = true;
    if (type === 'heartbeat') this.heartbeatAt = performance.now();
  }

  private noteHealthy(): void {
    this.healthySince = performance.now();
    this.setState('running');
  }

  private noteEnd(reason: string, child?: ChildProcess): void {
    if (child !== this.child) return;
    const pid = child?.pid ?? this.process?.pid;
    this.child = undefined;
    this.process = null;
    this.lastEnd = reason;
    if (this.stopping) return;
    // What it started itself must not outlive it and hold on to its files.
    if (pid !== undefined) killGroup(pid, 'SIGKILL');
    if (this.started) this.scheduleRestart(reason);
    else this.setState('stopped');
  }

  private scheduleRestart(reason: string): void {
    const healthyForMs = this.healthySince === undefined ? 0 : performance.now() - this.healthySince;
    this.failures = countFailure(this.failures, healthyForMs);
    const delayMs = restartDelayMs(this.failures);
    this.options.log(`${this.spec.name}: ${reason}; starting it again in ${delayMs} ms`);
    this.setState('restarting');
    this.restartTimer = setTimeout(() => void this.restart(), delayMs);
  }

  private async restart(): Promise<void> {
    this.restarts += 1;
    const failures = this.failures;
    try {
      this.spawnChild();
      await this.awaitHealthy();
      this.options.log(`${this.spec.name}: runs again`);
    } catch (cause) {
      if (this.stopping) return;
      const reason = cause instanceof Error ? cause.message : String(cause);
      this.options.log(`${this.spec.name}: ${reason}`);
      // One that ended has scheduled its next start; one that hangs is made to end, which does the same.
      if (this.child?.pid !== undefined) killGroup(this.child.pid, 'SIGKILL');
      else if (this.failures === failures) this.scheduleRestart(reason);
    }
  }

  private setState(state: ServiceRecord['state']): void {
    if (this.state === state && state !== 'restarting' && state !== 'starting') return;
    this.state = state;
    this.options.onChange();
  }
}
