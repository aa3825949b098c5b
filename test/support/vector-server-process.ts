import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

export interface VectorServerProcess {
  readonly url: string;
  readonly child: ChildProcess;
  /** End it and wait for its end. @returns its exit code, or the signal that ended it */
  stop(signal: NodeJS.Signals): Promise<number | NodeJS.Signals>;
}

// Compiled, it starts in a tenth of the time: for hundreds of rounds.
const { VECTOR_SERVER_MAIN } = process.env;
const PROGRAM =
  VECTOR_SERVER_MAIN === undefined ? ['--import', 'tsx', 'src/local/vectors/main.ts'] : [VECTOR_SERVER_MAIN];

/** The embedded vector server as a process of its own: from source, or the compiled one `VECTOR_SERVER_MAIN` names. */
export async function spawnVectorServer(
  folder: string,
  options: { readonly ipc?: boolean; readonly fileBlocks?: number; readonly compactFrom?: number } = {},
): Promise<VectorServerProcess> {
  const node = [process.execPath, ...PROGRAM, folder];
  // A limit on the size of files is the nearest to a full disk that needs no rights.
  const limited = ['/bin/sh', '-c', `ulimit -f ${options.fileBlocks}; exec "$@"`, 'sh', ...node];
  const [command = '', ...args] = options.fileBlocks === undefined ? node : limited;
  const stdio =
    options.ipc === true ? (['ignore', 'pipe', 'pipe', 'ipc'] as const) : (['ignore', 'pipe', 'pipe'] as const);
  const env = { ...process.env, CUTOVER_VECTORS_COMPACT_FROM: String(options.compactFrom ?? 32 * 1024 * 1024) };
  const child = spawn(command, args, { cwd: ROOT, stdio: [...stdio], env });
  let errors = '';
  child.stderr?.on('data', (data) => (errors += String(data)));
  const exited = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;
  const ready = once(child.stdout as NodeJS.EventEmitter, 'data').then(([line]) => String(line).trim().split(' ')[1]);
  const url = await Promise.race([
    ready,
    exited.then(([code]) => Promise.reject(new Error(`the vector server ended with ${code}: ${errors}`))),
  ]);
  return {
    url: url as string,
    child,
    stop: async (signal) => {
      child.kill(signal);
      const [code, by] = await exited;
      return code ?? (by as NodeJS.Signals);
    },
  };
}
