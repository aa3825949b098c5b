import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { FromChild, LoadModel } from './protocol.js';

/** How one batch ended. */
export type BatchEnd = FromChild | { readonly kind: 'crashed'; readonly reason: string };

const KEPT_STDERR = 2_000;

/** One process with a loaded model, kept warm between batches; it never keeps its parent running while idle. */
export class ModelChild {
  private readonly process: ChildProcess;
  private finish: ((end: BatchEnd) => void) | undefined;
  private stderr = '';
  private gone: string | undefined;

  constructor(load: LoadModel) {
    this.process = startProcess();
    this.process.on('message', (message: FromChild) => this.end(message));
    this.process.on('error', (error) => this.die(error.message));
    this.process.on('exit', (code, signal) =>
      this.die(`it ended with ${signal ?? `code ${code}`} ${this.stderr}`.trim()),
    );
    this.process.stderr?.on('data', (chunk: Buffer) => {
      this.stderr = (this.stderr + chunk.toString('utf8')).slice(-KEPT_STDERR);
    });
    this.process.send(load, () => undefined);
    this.hold(false);
  }

  get isDead(): boolean {
    return this.gone !== undefined;
  }

  /** @returns how it ended; never rejects. One batch at a time. */
  run(texts: readonly string[]): Promise<BatchEnd> {
    if (this.gone !== undefined) return Promise.resolve({ kind: 'crashed', reason: this.gone });
    this.hold(true);
    return new Promise((resolve) => {
      this.finish = resolve;
      // A send to a dying child fails here; its exit event ends the batch.
      this.process.send({ kind: 'embed', texts }, () => undefined);
    });
  }

  async close(): Promise<void> {
    if (this.gone !== undefined) return;
    const exited = new Promise((resolve) => this.process.once('exit', resolve));
    this.hold(true);
    this.process.kill('SIGKILL');
    await exited;
  }

  private end(end: BatchEnd): void {
    this.hold(false);
    this.finish?.(end);
    this.finish = undefined;
  }

  private die(reason: string): void {
    this.gone ??= reason;
    this.end({ kind: 'crashed', reason });
  }

  private hold(busy: boolean): void {
    const { channel } = this.process;
    if (busy) {
      this.process.ref();
      channel?.ref();
    } else {
      this.process.unref();
      channel?.unref();
    }
  }
}

function startProcess(): ChildProcess {
  // From the sources (tests, development) the child is TypeScript like this file; in the package both are JavaScript.
  const extension = path.extname(fileURLToPath(import.meta.url));
  const entry = fileURLToPath(new URL(`./child${extension}`, import.meta.url));
  const child = fork(entry, [], {
    execArgv: extension === '.ts' ? ['--import', tsxLoader()] : [],
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  // The pipe alone would keep an idle parent running.
  if (child.stderr !== null && 'unref' in child.stderr && typeof child.stderr.unref === 'function')
    child.stderr.unref();
  return child;
}

function tsxLoader(): string {
  return pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
}
