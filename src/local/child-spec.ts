/** The parts `cutover up` may start, in the words that `status --json` uses. */
export const SERVICE_NAMES = ['postgres', 'temporal', 'vectors', 'worker', 'gateway'] as const;

export type ServiceName = (typeof SERVICE_NAMES)[number];

/**
 * One process the supervisor keeps alive.
 *
 * A Node child (`ipc`) gets an IPC channel: it announces `{type: 'ready', port?}`, sends
 * `{type: 'heartbeat'}` at least every 10 s, and exits when the channel closes, for then its
 * supervisor is gone. Other children are told apart and adopted by pid, start time and `marker`.
 */
export interface ChildSpec {
  readonly name: ServiceName;
  readonly command: string;
  readonly args: readonly string[];
  /** The whole environment of the child; nothing is inherited. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Working folder; one that the child's user may enter. Default: the home folder. */
  readonly cwd?: string;
  /** User and group to run as; both or neither. Default: ours. */
  readonly uid?: number;
  readonly gid?: number;
  /** A Node process with an IPC channel. Default false. */
  readonly ipc?: boolean;
  /**
   * An argument (whole, not a part of one) that no process of another installation carries, such as the path
   * of the data folder: with `command`, how an orphan is recognised whose pid was never written down.
   */
  readonly marker?: string;
  /** Asks for an orderly end; SIGKILL follows after a grace period. */
  readonly stopSignal: NodeJS.Signals;
  /** Whether it answers now. Never rejects; takes at most 2 s. */
  health(): Promise<boolean>;
  /** Runs once after the child was first found healthy in this start of the stack; a rejection fails the start. */
  afterStart?(): Promise<void>;
}
