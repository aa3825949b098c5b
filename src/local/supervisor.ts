import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import getPort from 'get-port';
import { replaceFile } from './atomic-file.js';
import { ChildFailedError, ChildRunner } from './child-runner.js';
import type { ChildSpec, ServiceName } from './child-spec.js';
import { describeChildren, publicUrl, type ChildrenOptions } from './children.js';
import { lastLines, rotateLog } from './logs.js';
import { endProcess, findByCommand, identify, isAlive, type ProcessIdentity } from './process-identity.js';
import { externalDigests } from './stack-environment.js';
import { planRecovery, STAGES } from './stack-plan.js';
import {
  databaseUrlFile,
  logFile,
  readRecord,
  recordFile,
  writeRecord,
  type ServiceRecord,
  type StackRecord,
} from './stack-record.js';

export interface SupervisorOptions extends Omit<ChildrenOptions, 'onProgress'> {
  readonly services: readonly ServiceName[];
  readonly log: (line: string) => void;
}

const INSPECT_MS = 1_000;
const SHOWN_LINES = 12;

/** Starts the services of a home folder, keeps them alive, writes down what it does, and stops them in order. */
export class Supervisor {
  private readonly runners = new Map<ServiceName, ChildRunner>();
  private readonly ports = new Map<ServiceName, number | null>();
  private readonly previous = new Map<ServiceName, ServiceRecord>();
  private readonly progress: string[] = [];
  private phase: StackRecord['phase'] = 'starting';
  private failure: StackRecord['failure'] = null;
  private writing: Promise<void> = Promise.resolve();
  private writeQueued = false;
  private ended = false;
  private inspection: NodeJS.Timeout | undefined;

  constructor(private readonly options: SupervisorOptions) {}

  /**
   * Start everything, stage by stage; on failure stop what was started and write down why.
   * @returns Whether the stack is ready.
   */
  async start(): Promise<boolean> {
    const { home, services } = this.options;
    const before = await readRecord(home);
    for (const service of before?.services ?? []) this.previous.set(service.name, service);
    await this.write();
    try {
      await this.endLeftOvers(services);
      const children = describeChildren({ ...this.options, onProgress: (text) => this.tell(text) });
      for (const stage of STAGES) {
        const names = stage.filter((name) => services.includes(name));
        await Promise.all(names.map((name) => this.startService(name, children.describe)));
        if (stage.includes('postgres') && services.includes('postgres'))
          await replaceFile(databaseUrlFile(home), children.endpoints.databaseUrl);
      }
      if (this.phase !== 'starting') return false;
      this.phase = 'ready';
      await this.write();
      this.inspection = setInterval(() => void this.inspect(), INSPECT_MS);
      return true;
    } catch (cause) {
      await this.fail(cause);
      return false;
    }
  }

  /** Stop everything in order. Safe to call at any moment, also while starting. */
  async stop(): Promise<void> {
    clearInterval(this.inspection);
    if (this.phase !== 'failed') this.phase = 'stopping';
    await this.write();
    for (const stage of [...STAGES].reverse()) {
      await Promise.all(stage.flatMap((name) => this.runners.get(name) ?? []).map((runner) => runner.stop()));
    }
    if (this.phase !== 'failed') this.phase = 'stopped';
    this.ended = true;
    await this.write();
  }

  /** Whether the home folder still has us as its supervisor: it may have been deleted or taken. */
  private async isOurs(): Promise<boolean> {
    const found = await readRecord(this.options.home).catch(() => undefined);
    return found?.supervisor?.pid === process.pid;
  }

  private async startService(
    name: ServiceName,
    describe: (name: ServiceName, port: number) => Promise<ChildSpec>,
  ): Promise<void> {
    const port = await this.choosePort(name);
    const spec = await describe(name, port);
    const left = await this.findLeftOver(spec);
    if (this.phase !== 'starting') return;
    const runner = new ChildRunner(spec, {
      home: this.options.home,
      logFile: logFile(this.options.home, name),
      log: this.options.log,
      onChange: () => void this.write(),
    });
    this.runners.set(name, runner);
    if (left.decision === 'adopt' && left.process !== undefined) {
      runner.adopt(left.process);
      this.tell(`Took over ${name}, which was still running`);
      return;
    }
    if (left.process !== undefined)
      await endProcess(left.process, { signal: spec.stopSignal, graceMs: INSPECT_MS * 10 });
    await rotateLog(this.options.home, name);
    this.tell(`Starting ${name}`);
    await runner.start();
  }

  /** The port a service had before, unless somebody else has it now. */
  private async choosePort(name: ServiceName): Promise<number> {
    if (name === 'worker') {
      this.ports.set(name, null);
      return 0;
    }
    const before = this.previous.get(name);
    const fixed =
      name === 'gateway' && this.options.environment.gatewayPort ? this.options.environment.gatewayPort : undefined;
    const wanted = fixed ?? before?.port ?? undefined;
    const keepsIt = before !== undefined && wanted === before.port && isAlive(before.process);
    const port =
      wanted !== undefined && (keepsIt || fixed !== undefined)
        ? wanted
        : await getPort({ host: '127.0.0.1', ...(wanted !== undefined && { port: wanted }) });
    this.ports.set(name, port);
    return port;
  }

  private async findLeftOver(spec: ChildSpec): Promise<{
    readonly decision: 'adopt' | 'stop' | 'none';
    readonly process: ProcessIdentity | undefined;
  }> {
    const before = this.previous.get(spec.name);
    const recorded = isAlive(before?.process) ? before.process : undefined;
    const process = recorded ?? (spec.marker === undefined ? undefined : findByCommand(spec.command, spec.marker)[0]);
    const decision = planRecovery({
      alive: process !== undefined,
      healthy: process !== undefined && (await spec.health()),
      ipc: spec.ipc === true,
      sameCommand: before?.commandDigest === digestOf(spec),
    });
    return { decision, process };
  }

  /** What earlier supervisors left and nobody wants, or cannot be gone on with: Node children lost their channel. */
  private async endLeftOvers(services: readonly ServiceName[]): Promise<void> {
    for (const stage of [...STAGES].reverse()) {
      await Promise.all(
        stage.map(async (name) => {
          const before = this.previous.get(name);
          if (before === undefined || !isAlive(before.process)) return;
          if (services.includes(name) && !before.ipc) return;
          await endRecorded(before);
        }),
      );
    }
  }

  private async inspect(): Promise<void> {
    if (!(await this.isOurs())) {
      this.options.log('the home folder is gone or has another supervisor: stopping');
      process.kill(process.pid, 'SIGTERM');
      return;
    }
    await Promise.all([...this.runners.values()].map((runner) => runner.inspect()));
  }

  private async fail(cause: unknown): Promise<void> {
    if (this.phase !== 'starting') return; // stopped while starting: what failed was stopped
    const service = cause instanceof ChildFailedError ? cause.service : null;
    const message = cause instanceof Error ? cause.message : String(cause);
    this.options.log(`start failed: ${service ?? ''} ${message}`);
    this.phase = 'failed';
    this.failure = {
      service: service ?? 'stack',
      message,
      hint: (cause as { readonly hint?: string }).hint ?? null,
      log: service === null ? [] : [...(await lastLines(this.options.home, service, SHOWN_LINES))],
    };
    await this.stop();
  }

  private tell(message: string): void {
    this.options.log(message);
    this.progress.push(message);
    void this.write();
  }

  /** Writes follow one another; while one is under way, later ones become one. */
  private write(): Promise<void> {
    if (this.writeQueued) return this.writing;
    this.writeQueued = true;
    this.writing = this.writing.then(async () => {
      this.writeQueued = false;
      // A deleted home stays deleted.
      if (this.phase !== 'starting' && !(await exists(recordFile(this.options.home)))) return;
      await writeRecord(this.options.home, this.describe()).catch((cause: unknown) =>
        this.options.log(`cannot write the state file: ${String(cause)}`),
      );
    });
    return this.writing;
  }

  private describe(): StackRecord {
    const { services, environment } = this.options;
    return {
      format: 1,
      phase: this.phase,
      supervisor: this.ended ? null : (identify(process.pid) ?? null),
      failure: this.failure,
      external: externalDigests(environment),
      progress: this.progress,
      services: services.flatMap((name) => this.describeService(name) ?? []),
    };
  }

  private describeService(name: ServiceName): ServiceRecord | undefined {
    const runner = this.runners.get(name);
    // Until it has been looked at, what the last supervisor wrote is all that leads to its process.
    if (runner === undefined) return this.previous.get(name);
    const port = this.ports.get(name) ?? null;
    return {
      name,
      port,
      url: publicUrl(name, port),
      state: runner.state,
      process: runner.process,
      restarts: runner.restarts,
      commandDigest: digestOf(runner.spec),
      command: runner.spec.command,
      marker: runner.spec.marker ?? null,
      ipc: runner.spec.ipc === true,
      stopSignal: runner.spec.stopSignal,
    };
  }
}

/** End the process that a record names, if it is still that process. */
export async function endRecorded(service: ServiceRecord): Promise<void> {
  if (service.process === null) return;
  await endProcess(service.process, {
    signal: service.stopSignal as NodeJS.Signals,
    graceMs: INSPECT_MS * 10,
  });
}

const digestOf = (spec: ChildSpec): string =>
  createHash('sha256')
    .update(JSON.stringify([spec.command, ...spec.args]))
    .digest('hex');

async function exists(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  );
}
