import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const MAIN = fileURLToPath(new URL('../../dist/src/cli/main.js', import.meta.url));
const run = promisify(execFile);

export type ResultLine = Readonly<Record<string, unknown>>;

export interface BenchPlace {
  readonly folder: string;
  /** Run the built command line; resolves with its last line, whatever the exit code. */
  cutover(...args: string[]): Promise<ResultLine>;
  leave(): Promise<void>;
}

/** A folder and a local stack of its own. Needs `npm run build` before. */
export async function openBenchPlace(): Promise<BenchPlace> {
  const folder = await mkdtemp(path.join(tmpdir(), 'cutover-bench-'));
  const cutover = async (...args: string[]): Promise<ResultLine> => {
    const command = [MAIN, ...args, '--json', '--home', path.join(folder, '.cutover')];
    const { stdout } = await run(process.execPath, command, { cwd: folder, maxBuffer: 1 << 28 }).catch(
      (error: { stdout?: string }) => ({ stdout: error.stdout ?? '' }),
    );
    return JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '{}') as ResultLine;
  };
  return {
    folder,
    cutover,
    async leave() {
      await cutover('down');
      await rm(folder, { recursive: true, force: true });
    },
  };
}

const WORDS = Array.from({ length: 5_000 }, (_, at) => `${(at * 7919).toString(36)}${(at % 97).toString(36)}`);

/** Generated documents of about `words` words each, the same ones every time. */
export async function writeGenerated(folder: string, documents: number, words: number): Promise<void> {
  const file = createWriteStream(path.join(folder, 'corpus.jsonl'));
  let state = 42;
  const next = () => (state = (state * 1_103_515_245 + 12_345) % 2_147_483_648);
  for (let at = 0; at < documents; at += 1) {
    const text = Array.from({ length: words }, () => WORDS[next() % WORDS.length]).join(' ');
    if (!file.write(`${JSON.stringify({ _id: `d${at}`, title: `document ${at}`, text })}\n`)) await once(file, 'drain');
  }
  file.end();
  await once(file, 'finish');
}

export async function writeBenchConfig(folder: string, embedder: string): Promise<void> {
  const yaml = `indexes:
  docs:
    source:   { kind: jsonl, path: ./corpus.jsonl }
    chunker:  { kind: whole }
    embedder: ${embedder}
    rollout:  { approval: auto }
`;
  await writeFile(path.join(folder, 'cutover.yaml'), yaml);
}
