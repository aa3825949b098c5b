import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';

import { MAX_THREADS } from '../kernel/segment.js';
import type { Segment } from '../kernel/segment.js';
import type { ScoredRows } from './best-rows.js';
import type { Scan } from './scan.js';

export type ToWorker =
  | { readonly kind: 'segments'; readonly segments: readonly Segment[] }
  | { readonly kind: 'forget'; readonly segments: readonly number[] }
  | { readonly kind: 'scan'; readonly id: number; readonly scan: Scan };

interface Answer {
  readonly id: number;
  readonly found: ScoredRows;
}

interface Waiting {
  readonly resolve: (found: ScoredRows) => void;
  readonly reject: (error: Error) => void;
}

/** Threads that scan, so that the event loop is free for sockets; the number of processors, at most eight. */
export class ScanPool {
  private members: readonly Member[] = [];
  private starting: Promise<void> | undefined;
  private state: 'idle' | 'starting' | 'ready' | 'failed' = 'idle';

  /** Begin to start the threads if they have not been. @returns whether they can be used now */
  isReady(): boolean {
    if (this.state === 'idle') {
      this.state = 'starting';
      this.starting = this.start();
    }
    return this.state === 'ready';
  }

  /** Resolves when the threads run, or cannot. */
  async started(): Promise<void> {
    this.isReady();
    await this.starting;
  }

  get threads(): number {
    return Math.min(availableParallelism(), MAX_THREADS - 1);
  }

  /** @returns what each thread found. @throws when a thread died; the pool is not used again. */
  async scan(scan: Scan, segments: readonly Segment[]): Promise<readonly ScoredRows[]> {
    return Promise.all(this.members.map((member) => member.scan(scan, segments)));
  }

  /** Let go of segments nobody will scan again; their memory is freed once no thread knows them. */
  forget(segments: readonly Segment[]): void {
    for (const member of this.members) member.forget(segments);
  }

  private async start(): Promise<void> {
    try {
      // Number 0 is the main thread.
      this.members = Array.from({ length: this.threads }, (_, i) => new Member(i + 1, () => this.fail()));
      await Promise.all(this.members.map((member) => member.started));
      if (this.state === 'starting') this.state = 'ready';
    } catch (error) {
      this.fail();
      process.emitWarning(
        `Searches run on the main thread, for no other could be started: ${(error as Error).message}`,
      );
    }
  }

  private fail(): void {
    this.state = 'failed';
  }
}

/** All collections of a process share its processors. */
export const scanPool = new ScanPool();

class Member {
  readonly started: Promise<void>;
  private readonly worker: Worker;
  private readonly known = new Set<number>();
  private readonly waiting = new Map<number, Waiting>();
  private lastId = 0;

  constructor(thread: number, whenDead: () => void) {
    this.worker = startWorker({ thread });
    this.started = new Promise((resolve, reject) => {
      this.worker.once('message', () => {
        // From now on only a scan under way keeps the process.
        this.worker.unref();
        resolve();
      });
      const die = (error: Error): void => {
        whenDead();
        reject(error);
        for (const { reject: fail } of this.waiting.values()) fail(error);
        this.waiting.clear();
      };
      this.worker.once('error', die);
      this.worker.once('exit', (code) => die(new Error(`a scanning thread ended with ${code}`)));
    });
    this.started.catch(() => undefined);
    this.worker.on('message', (answer: Answer | 'ready') => {
      if (answer !== 'ready') this.settle(answer);
    });
  }

  async scan(scan: Scan, segments: readonly Segment[]): Promise<ScoredRows> {
    const unknown = segments.filter(({ id }) => !this.known.has(id));
    if (unknown.length > 0) this.post({ kind: 'segments', segments: unknown });
    for (const { id } of unknown) this.known.add(id);
    this.lastId += 1;
    const id = this.lastId;
    const found = new Promise<ScoredRows>((resolve, reject) => this.waiting.set(id, { resolve, reject }));
    this.worker.ref();
    this.post({ kind: 'scan', id, scan });
    return found;
  }

  forget(segments: readonly Segment[]): void {
    const gone = segments.map(({ id }) => id).filter((id) => this.known.delete(id));
    if (gone.length > 0) this.post({ kind: 'forget', segments: gone });
  }

  private settle({ id, found }: Answer): void {
    this.waiting.get(id)?.resolve(found);
    this.waiting.delete(id);
    if (this.waiting.size === 0) this.worker.unref();
  }

  private post(message: ToWorker): void {
    this.worker.postMessage(message);
  }
}

/** From the sources the thread's file is TypeScript, which tsx must learn to read in every thread anew. */
function startWorker(workerData: object): Worker {
  if (!import.meta.url.endsWith('.ts')) return new Worker(new URL('./scan-worker.js', import.meta.url), { workerData });
  const loader = pathToFileURL(createRequire(import.meta.url).resolve('tsx/esm/api')).href.replace(/cjs$/, 'mjs');
  const file = new URL('./scan-worker.ts', import.meta.url).href;
  const code = `import('${loader}').then(({ register }) => { register(); return import('${file}'); });`;
  return new Worker(code, { eval: true, workerData, execArgv: [] });
}
