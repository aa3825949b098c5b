import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';

import { nodeCommandFor } from '../../../src/local/node-command.js';
import { fileURLToPath } from 'node:url';

export interface BenchServer {
  readonly url: string;
  /** From the start of the process to its first readiness, the TypeScript loader included. */
  readonly startMs: number;
  /** Linux only; NaN elsewhere. */
  rssBytes(): Promise<number>;
  stop(): Promise<void>;
}

/** The server as a process of its own, from the sources. */
export async function startServer(folder: string): Promise<BenchServer> {
  const { command, args } = nodeCommandFor(
    fileURLToPath(new URL('../../../src/local/vectors/main.ts', import.meta.url)),
  );
  const started = performance.now();
  const child = spawn(command, [...args, folder], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = (await once(child.stdout.setEncoding('utf8'), 'data')) as [string];
  return {
    url: line.replace('ready ', '').trim(),
    startMs: performance.now() - started,
    async rssBytes() {
      const status = await readFile(`/proc/${child.pid}/status`, 'utf8').catch(() => '');
      return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) * 1024;
    },
    async stop() {
      child.kill('SIGTERM');
      await once(child, 'exit');
    },
  };
}
