const HEARTBEAT_MS = 5_000;
/** The supervisor waits 15 s for an orderly end before it uses force. */
const END_LIMIT_MS = 12_000;

export interface Supervised {
  /** Say that the process does its work now. */
  ready(port?: number): void;
}

/**
 * Let a Node process live as a child of the supervisor, or in the foreground of a terminal: it ends in order
 * on SIGTERM, SIGINT and SIGHUP, and when its supervisor is gone (the channel closes); it sends heartbeats.
 *
 * @param end  Ends the work in order; the process exits afterwards, at the latest after 12 s.
 */
export function underSupervisor(end: () => Promise<void>): Supervised {
  let ending = false;
  const finish = (): void => {
    if (ending) return;
    ending = true;
    setTimeout(() => process.exit(1), END_LIMIT_MS).unref();
    end().then(
      () => process.exit(0),
      (cause: unknown) => {
        process.stderr.write(`did not end in order: ${cause instanceof Error ? cause.stack : String(cause)}\n`);
        process.exit(1);
      },
    );
  };
  for (const name of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(name, finish);
  process.on('disconnect', finish);
  const send = (message: object): void => {
    if (process.connected) process.send?.(message);
  };
  setInterval(() => send({ type: 'heartbeat' }), HEARTBEAT_MS).unref();
  return { ready: (port) => send({ type: 'ready', ...(port !== undefined && { port }) }) };
}
