import { LifecycleError } from '../../../domain/errors.js';
import { ModelChild } from './model-child.js';
import type { BatchEnd } from './model-child.js';
import type { LoadModel } from './protocol.js';

interface Task {
  readonly texts: readonly string[];
  readonly resolve: (vectors: readonly Float32Array[]) => void;
  readonly reject: (error: unknown) => void;
  crashes: number;
}

/** A child that crashes twice over one batch will crash again. */
const MAX_CRASHES = 2;

/**
 * Child processes that hold the same model; started when there is work, kept warm. A crash costs the batch it
 * happened in, which is tried once more on a new child.
 */
export class ChildPool {
  private readonly idle: ModelChild[] = [];
  private readonly children = new Set<ModelChild>();
  private readonly waiting: Task[] = [];
  private closed = false;

  constructor(
    private readonly size: number,
    private readonly load: LoadModel,
  ) {}

  /**
   * Embed one batch as soon as a child is free.
   *
   * @throws {LifecycleError} `EMBED_UNAVAILABLE` (retryable) after two crashes, or what the child reported.
   */
  run(texts: readonly string[]): Promise<readonly Float32Array[]> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ texts, resolve, reject, crashes: 0 });
      this.dispatch();
    });
  }

  async close(): Promise<void> {
    this.closed = true;
    for (const task of this.waiting.splice(0)) task.reject(closedError());
    await Promise.all([...this.children].map((child) => child.close()));
  }

  private dispatch(): void {
    while (this.waiting.length > 0 && !this.closed) {
      const child = this.freeChild();
      const task = child && this.waiting.shift();
      if (child === undefined || task === undefined) return;
      void child.run(task.texts).then((end) => this.settle(child, task, end));
    }
  }

  private freeChild(): ModelChild | undefined {
    const warm = this.idle.pop();
    if (warm !== undefined && !warm.isDead) return warm;
    if (warm !== undefined) this.children.delete(warm);
    if (this.children.size >= this.size) return undefined;
    const child = new ModelChild(this.load);
    this.children.add(child);
    return child;
  }

  private settle(child: ModelChild, task: Task, end: BatchEnd): void {
    if (child.isDead) this.children.delete(child);
    else this.idle.push(child);
    if (end.kind === 'vectors') task.resolve(end.vectors);
    else if (end.kind === 'failed') task.reject(new LifecycleError(end.code, end.message, { hint: end.hint }));
    else this.crashed(task, end.reason);
    this.dispatch();
  }

  private crashed(task: Task, reason: string): void {
    task.crashes += 1;
    if (this.closed) task.reject(closedError());
    else if (task.crashes < MAX_CRASHES) this.waiting.unshift(task);
    else
      task.reject(
        new LifecycleError('EMBED_UNAVAILABLE', `A model process died twice over one batch: ${reason}`, {
          retryable: true,
          hint: 'Often memory: lower embedder.processes or embedder.maxTokens.',
        }),
      );
  }
}

function closedError(): LifecycleError {
  return new LifecycleError('EMBED_UNAVAILABLE', 'The embedder was closed', { retryable: true });
}
