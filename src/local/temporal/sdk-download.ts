import { spawn } from 'node:child_process';
import { readdir, rename, stat } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { nodeCommand } from '../node-command.js';
import { killGroup } from '../process-identity.js';
import { TEMPORAL_VERSION } from './release.js';

/** An offline machine must move on to the next way soon; a slow line that still delivers may take longer. */
const STALL_LIMIT_MS = 20_000;
const TOTAL_LIMIT_MS = 600_000;
const POLL_MS = 250;

/**
 * Have Temporal's SDK download the dev server.
 *
 * @param folder  An empty folder of ours, for the download and its temporary file.
 * @param target  Where the program is put.
 * @returns       Whether it worked; nothing keeps running either way.
 */
export async function downloadWithSdk(folder: string, target: string): Promise<boolean> {
  const { command, args } = nodeCommand(new URL('./sdk-download-main', import.meta.url));
  const child = spawn(command, [...args, folder, TEMPORAL_VERSION], { stdio: 'ignore', detached: true });
  let ended = false;
  child.on('exit', () => (ended = true));
  child.on('error', () => (ended = true));
  const start = Date.now();
  let progressAt = start;
  let bytes = 0;
  while (!ended && Date.now() - progressAt < STALL_LIMIT_MS && Date.now() - start < TOTAL_LIMIT_MS) {
    await sleep(POLL_MS);
    const now = await bytesIn(folder);
    if (now > bytes) progressAt = Date.now();
    bytes = now;
  }
  // A server that was started outlives a helper that is stopped half-way: they share a process group.
  if (child.pid !== undefined) killGroup(child.pid, 'SIGKILL');
  const name = (await readdir(folder)).find((file) => file.startsWith('temporal-') && !file.endsWith('.downloading'));
  if (name === undefined) return false;
  await rename(path.join(folder, name), target);
  return true;
}

async function bytesIn(folder: string): Promise<number> {
  let sum = 0;
  for (const name of await readdir(folder)) {
    const found = await stat(path.join(folder, name)).catch(() => undefined);
    sum += found?.size ?? 0;
  }
  return sum;
}
