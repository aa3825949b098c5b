import { realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { LifecycleError } from './domain/errors.js';

// What worker and gateway have in common as children of the supervisor, and as services of their own.

/** The supervisor takes a child for dead that says nothing for longer. */
const HEARTBEAT_MS = 5000;

/** Aborts on SIGTERM, on SIGINT, and when the supervisor's channel closes: it is gone then. */
export function stopSignal(): AbortSignal {
  const controller = new AbortController();
  const stop = () => controller.abort();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, stop);
  if (process.send) process.once('disconnect', stop);
  return controller.signal;
}

/** Tells the supervisor that we are ready, and from then on that we are alive. @returns Ends the heartbeat */
export function announceReady(ready: { readonly port?: number } = {}): () => void {
  tell({ type: 'ready', ...ready });
  const heartbeat = setInterval(() => tell({ type: 'heartbeat' }), HEARTBEAT_MS);
  return () => clearInterval(heartbeat);
}

/** Resolves when asked to stop. */
export async function aborted(stop: AbortSignal): Promise<void> {
  if (!stop.aborted) await new Promise((resolve) => stop.addEventListener('abort', resolve, { once: true }));
}

/** Run `main` if this process was started with that module; commands import it too, and call what it exports. */
export function runAsProcess(moduleUrl: string, main: () => Promise<void>): void {
  if (process.argv[1] === undefined || realpathSync(process.argv[1]) !== fileURLToPath(moduleUrl)) return;
  main().then(
    () => process.exit(0),
    (error: unknown) => {
      log('failed', described(error));
      process.exit(1);
    },
  );
}

function tell(message: { readonly type: string; readonly port?: number }): void {
  if (process.connected) process.send?.(message);
}

/** An error as a log line holds it. */
export function described(error: unknown): Readonly<Record<string, unknown>> {
  if (error instanceof LifecycleError) return { code: error.code, message: error.message };
  return { code: 'INTERNAL', message: error instanceof Error ? (error.stack ?? error.message) : String(error) };
}

/** One JSON line per event; never text of documents or queries. */
export function log(message: string, facts: Readonly<Record<string, unknown>>): void {
  process.stderr.write(`${JSON.stringify({ at: new Date().toISOString(), message, ...facts })}\n`);
}
