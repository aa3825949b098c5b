import { createInterface } from 'node:readline/promises';
import type { Readable, Writable } from 'node:stream';
import pc from 'picocolors';
import type { LifecycleError } from '../../domain/errors.js';
import type { JsonObject } from '../../domain/json.js';
import type { Snapshot } from './progress.js';
import { liveLine, PaceMeter, plainLine } from './progress.js';

/** How a command speaks: results on stdout, everything on the way on stderr; with `--json` NDJSON on stdout only. */
export interface Reporter {
  /** Whether there is somebody to ask. */
  readonly interactive: boolean;
  readonly color: boolean;
  /** Columns of the terminal. */
  readonly width: number;
  /** One step of the way, said once. */
  progress(text: string): void;
  /** Where the work stands; may be called as often as one likes. */
  snapshot(snapshot: Snapshot): void;
  /** One line of what was asked for, such as a log line. */
  line(text: string): void;
  /** @returns false without a terminal, and for anything but yes. */
  confirm(question: string): Promise<boolean>;
  /** What Ctrl-C says from now on: it detaches, the work goes on. */
  onInterrupt(reattach: string): void;
  /** The last word of a command that ended. */
  result(result: { readonly ok: boolean; readonly fields: JsonObject; readonly text: string }): void;
  /** The last word of a command that could not. */
  error(failure: LifecycleError): void;
  /** Leave the terminal as it was. */
  close(): void;
}

/** What stands in for the process's own streams, terminal and end in tests. */
export interface ReporterOptions {
  readonly json: boolean;
  readonly stdout?: Writable;
  readonly stderr?: Writable & { readonly columns?: number };
  readonly stdin?: Readable;
  /** Whether a person sits at stdin and stderr. */
  readonly isTTY?: boolean;
  readonly color?: boolean;
  /** Ends the process after Ctrl-C has detached. */
  readonly exit?: (code: number) => void;
  /** Milliseconds on a clock that only goes forward. */
  readonly now?: () => number;
}

const DEFAULT_WIDTH = 100;
const REDRAW_MS = 100;
const PLAIN_MS = 5000;
const JSON_MS = 1000;
/** What a shell shows for a program that ended on Ctrl-C. */
const INTERRUPTED = 130;
const CLEAR_LINE = '\r\u001b[2K';

/** Colours are for terminals; `NO_COLOR` (any value) says no, `FORCE_COLOR` yes. */
export function wantsColor(environment: Readonly<Record<string, string | undefined>>, isTTY: boolean): boolean {
  if (environment['NO_COLOR']) return false;
  if (environment['FORCE_COLOR']) return environment['FORCE_COLOR'] !== '0';
  return isTTY && environment['TERM'] !== 'dumb';
}

export function createReporter(options: ReporterOptions): Reporter {
  const isTTY = options.isTTY ?? (process.stdin.isTTY === true && process.stderr.isTTY === true);
  return new StreamReporter({
    stdout: process.stdout,
    stderr: process.stderr,
    stdin: process.stdin,
    isTTY,
    // Results go to stdout: colours there would spoil `cutover review docs > report.txt`.
    color: wantsColor(process.env, isTTY && process.stdout.isTTY === true),
    exit: (code) => process.exit(code),
    now: () => performance.now(),
    ...options,
  });
}

class StreamReporter implements Reporter {
  readonly interactive: boolean;
  readonly color: boolean;
  private readonly meter = new PaceMeter();
  private readonly colors;
  private readonly live: boolean;
  /** Whether a live line stands on the terminal. */
  private drawn = false;
  private stage: string | undefined;
  private shownAt = Number.NEGATIVE_INFINITY;
  private pending: (() => void) | undefined;
  private timer: NodeJS.Timeout | undefined;
  private reattach: string | undefined;
  private readonly interrupted = () => this.detach();

  constructor(private readonly options: Required<ReporterOptions>) {
    this.color = options.color && !options.json;
    this.interactive = options.isTTY && !options.json;
    this.live = options.isTTY && !options.json;
    this.colors = pc.createColors(this.color);
  }

  get width(): number {
    return this.options.stderr.columns ?? DEFAULT_WIDTH;
  }

  progress(text: string): void {
    if (this.options.json) return this.event({ type: 'progress', message: text });
    this.clear();
    this.options.stderr.write(`${text}\n`);
  }

  snapshot(snapshot: Snapshot): void {
    const at = this.options.now();
    const pace = this.meter.read(snapshot, at);
    const show = this.options.json
      ? () => this.event({ type: 'progress', ...defined(snapshot) })
      : this.live
        ? () => this.redraw(liveLine(snapshot, pace, this.width))
        : () => void this.options.stderr.write(`${plainLine(snapshot, pace)}\n`);
    const newStage = snapshot.stage !== this.stage;
    this.stage = snapshot.stage;
    const waitMs = newStage ? 0 : this.shownAt + this.everyMs() - at;
    this.pending = show;
    if (waitMs <= 0) return this.flush();
    // The latest state is shown when its time comes, but never keeps the process alive.
    this.timer ??= setTimeout(() => this.flush(), waitMs).unref();
  }

  line(text: string): void {
    if (this.options.json) return this.event({ type: 'line', text });
    this.clear();
    this.options.stdout.write(`${text}\n`);
  }

  async confirm(question: string): Promise<boolean> {
    if (!this.interactive) return false;
    this.clear();
    const terminal = createInterface({ input: this.options.stdin, output: this.options.stderr });
    try {
      // Ctrl-C at a question closes it: that is a no.
      const closed = new Promise<string>((resolve) => terminal.once('close', () => resolve('')));
      const answer = await Promise.race([terminal.question(`${question} ${this.colors.dim('[y/N]')} `), closed]);
      return /^\s*y(es)?\s*$/i.test(answer);
    } finally {
      terminal.close();
    }
  }

  onInterrupt(reattach: string): void {
    if (this.reattach === undefined) process.on('SIGINT', this.interrupted);
    this.reattach = reattach;
  }

  result({ ok, fields, text }: Parameters<Reporter['result']>[0]): void {
    this.close();
    if (this.options.json) return this.event({ type: 'result', ok, ...fields });
    if (text !== '') this.options.stdout.write(`${text}\n`);
  }

  error({ code, message, hint }: LifecycleError): void {
    this.close();
    if (this.options.json) return this.event({ type: 'error', code, message, hint: hint ?? null });
    this.options.stderr.write(`${this.colors.red('error')} ${message} ${this.colors.dim(`(${code})`)}\n`);
    if (hint) this.options.stderr.write(`${this.colors.cyan('hint')}  ${hint}\n`);
  }

  close(): void {
    this.flush();
    if (this.drawn) this.options.stderr.write('\n');
    this.drawn = false;
    process.off('SIGINT', this.interrupted);
  }

  private detach(): void {
    const hint = this.reattach ?? '';
    this.close();
    if (this.options.json) this.event({ type: 'result', ok: false, detached: true, hint });
    else this.options.stderr.write(`Detached. ${hint}\n`);
    this.options.exit(INTERRUPTED);
  }

  private flush(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    const show = this.pending;
    this.pending = undefined;
    if (!show) return;
    this.shownAt = this.options.now();
    show();
  }

  private redraw(line: string): void {
    this.options.stderr.write(`${CLEAR_LINE}${line}`);
    this.drawn = true;
  }

  /** Takes the live line away, so that what is written next starts a line of its own. */
  private clear(): void {
    if (this.drawn) this.options.stderr.write(CLEAR_LINE);
    this.drawn = false;
  }

  private event(event: JsonObject): void {
    this.options.stdout.write(`${JSON.stringify(event)}\n`);
  }

  private everyMs(): number {
    return this.options.json ? JSON_MS : this.live ? REDRAW_MS : PLAIN_MS;
  }
}

const defined = (snapshot: Snapshot): JsonObject => JSON.parse(JSON.stringify(snapshot)) as JsonObject;
