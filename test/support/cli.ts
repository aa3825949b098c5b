import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { JsonObject } from '../../src/domain/json.js';

/** What is built, unless `CUTOVER_MAIN` names another build: so a change is tried without disturbing who uses `dist/`. */
const MAIN = process.env['CUTOVER_MAIN'] ?? fileURLToPath(new URL('../../dist/src/cli/main.js', import.meta.url));

export interface CliEnd {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  /** The last line under `--json`. */
  readonly result: JsonObject;
}

export interface Workplace {
  readonly folder: string;
  readonly home: string;
  /** Run the built command line as a user would, with `--json`. */
  cutover(...args: string[]): Promise<CliEnd>;
  /** Stop the stack and remove the folder. */
  leave(): Promise<void>;
}

/** A folder of its own, with a local stack of its own: nothing configured from outside reaches it. */
export async function openWorkplace(): Promise<Workplace> {
  const folder = await mkdtemp(path.join(tmpdir(), 'cutover-e2e-'));
  const home = path.join(folder, '.cutover');
  const cutover = (...args: string[]) => runCli(folder, [...args, '--json', '--home', home]);
  return {
    folder,
    home,
    cutover,
    async leave() {
      await cutover('down');
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function runCli(cwd: string, args: readonly string[]): Promise<CliEnd> {
  const environment = { ...process.env };
  for (const name of ['DATABASE_URL', 'TEMPORAL_ADDRESS', 'QDRANT_URL', 'CUTOVER_HOME']) delete environment[name];
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [MAIN, ...args], {
      cwd,
      env: environment,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (data: Buffer) => (stdout += data.toString()));
    child.stderr.on('data', (data: Buffer) => (stderr += data.toString()));
    child.on('error', reject);
    child.on('close', (code) => resolve({ exitCode: code ?? -1, stdout, stderr, result: lastLine(stdout) }));
  });
}

function lastLine(stdout: string): JsonObject {
  const line = stdout.trimEnd().split('\n').at(-1) ?? '';
  try {
    return JSON.parse(line) as JsonObject;
  } catch {
    return { unparsed: line };
  }
}
