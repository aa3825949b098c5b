import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** A process, so that a later one with the same pid is not taken for it. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Opaque; equal only for the same process. */
  readonly startedAt: string;
}

const POLL_MS = 50;

/** The identity of a process that runs now; undefined when there is none (a zombie has ended). */
export function identify(pid: number): ProcessIdentity | undefined {
  const startedAt = process.platform === 'linux' ? startOnLinux(pid) : startElsewhere(pid);
  return startedAt === undefined ? undefined : { pid, startedAt };
}

/** Whether that very process still runs. */
export function isAlive(identity: ProcessIdentity | null | undefined): identity is ProcessIdentity {
  return identity !== null && identity !== undefined && identify(identity.pid)?.startedAt === identity.startedAt;
}

/** Send a signal to that very process; one that has ended, or whose pid another now bears, is left alone. */
export function signal(identity: ProcessIdentity, name: NodeJS.Signals): void {
  if (isAlive(identity)) send(identity.pid, name);
}

/** Send a signal to a process group that we made; nothing happens when it is gone. */
export function killGroup(leader: number, name: NodeJS.Signals): void {
  send(-leader, name);
}

/** Wait until the process has ended. @returns Whether it did within the limit. */
export async function waitForEnd(identity: ProcessIdentity, limitMs: number): Promise<boolean> {
  const deadline = performance.now() + limitMs;
  while (isAlive(identity)) {
    if (performance.now() > deadline) return false;
    await sleep(POLL_MS);
  }
  return true;
}

/** Ask a group leader to end, then its whole group the hard way. */
export async function endProcess(
  identity: ProcessIdentity,
  options: { readonly signal: NodeJS.Signals; readonly graceMs: number },
): Promise<void> {
  if (!isAlive(identity)) return;
  signal(identity, options.signal);
  await waitForEnd(identity, options.graceMs);
  // Its own children share its group; an orderly end has left none.
  killGroup(identity.pid, 'SIGKILL');
  signal(identity, 'SIGKILL');
  await waitForEnd(identity, options.graceMs);
}

/** Processes that were started as `command` and given `argument` as one whole argument. */
export function findByCommand(command: string, argument: string): readonly ProcessIdentity[] {
  const pids = process.platform === 'linux' ? pidsOnLinux(command, argument) : pidsElsewhere(command, argument);
  return pids.flatMap((pid) => (pid === process.pid ? [] : (identify(pid) ?? [])));
}

function send(target: number, name: NodeJS.Signals): void {
  try {
    process.kill(target, name);
  } catch (cause) {
    // Gone, or (macOS) a group in which only zombies are left.
    if (!['ESRCH', 'EPERM'].includes((cause as NodeJS.ErrnoException).code ?? '')) throw cause;
  }
}

function startOnLinux(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name (field 2) is in parentheses and may itself hold spaces and parentheses.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (fields[0] === 'Z' || fields[0] === 'X') return undefined;
    // Field 22 counts ticks since boot, so it needs the boot to be unique.
    return `${bootId()}:${fields[19]}`;
  } catch {
    return undefined;
  }
}

let boot: string | undefined;
function bootId(): string {
  boot ??= readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  return boot;
}

function startElsewhere(pid: number): string | undefined {
  const { status, stdout } = spawnSync('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], {
    encoding: 'utf8',
    // The time is compared as text, by processes that may have different locales and time zones.
    env: { PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC' },
  });
  const found = /^(\S+)\s+(.+)$/.exec(status === 0 ? stdout.trim() : '');
  return found === null || found[1]?.startsWith('Z') ? undefined : found[2];
}

function pidsOnLinux(command: string, argument: string): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        const [started, ...args] = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
        return started === command && args.includes(argument);
      } catch {
        return false; // it has ended meanwhile
      }
    });
}

function pidsElsewhere(command: string, argument: string): readonly number[] {
  const { stdout } = spawnSync('ps', ['-axo', 'pid=,args='], { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
  return (stdout ?? '')
    .split('\n')
    .map((line) => /^\s*(\d+)\s+(.*)$/.exec(line))
    .filter((found) => found?.[2]?.startsWith(`${command} `) && `${found[2]} `.includes(` ${argument} `))
    .map((found) => Number(found?.[1]));
}
