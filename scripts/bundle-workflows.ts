import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode } from '@temporalio/worker';

const workflowsPath = fileURLToPath(new URL('../workflows/index.ts', import.meta.url));

/** Write the workflows' code, one file that a worker loads as it is, to `target`. @returns its size in bytes */
export async function bundleWorkflows(target: string): Promise<number> {
  const { code } = await bundleWorkflowCode({ workflowsPath, logger: quiet });
  await mkdir(path.dirname(target), { recursive: true });
  await writeFile(target, code);
  return Buffer.byteLength(code);
}

const silent = (): void => undefined;
const quiet = {
  log: silent,
  trace: silent,
  debug: silent,
  info: silent,
  warn: (message: string) => console.warn(message),
  error: (message: string) => console.error(message),
};
