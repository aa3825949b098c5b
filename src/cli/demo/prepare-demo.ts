import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadConfig } from '../../config/index.js';
import { LifecycleError } from '../../domain/errors.js';
import { indexName } from '../../domain/ids.js';
import type { IndexSpec } from '../../domain/index-spec.js';
import type { CommandContext } from '../context.js';
import { demoCorpus, readInstalledPackages } from './corpus.js';

export interface DemoSpecs {
  readonly configPath: string;
  readonly documents: number;
  readonly judged: number;
  /** The same index with 64, 256 and 16 dimensions. */
  readonly small: IndexSpec;
  readonly large: IndexSpec;
  readonly tiny: IndexSpec;
}

const LEAST_DOCUMENTS = 60;

/** Write corpus, judgements and configuration below the home folder, where they can be read afterwards. */
export async function prepareDemo(context: CommandContext): Promise<DemoSpecs> {
  const index = await freeName(context);
  const folder = path.resolve(context.home, 'demo', index);
  const built = demoCorpus(await readInstalledPackages(await findNodeModules()));
  if (built.judged < LEAST_DOCUMENTS) {
    throw new LifecycleError(
      'SOURCE_EMPTY',
      `Only ${built.judged} installed packages describe themselves; the demo needs ${LEAST_DOCUMENTS}`,
    );
  }
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, 'corpus.jsonl'), built.corpus);
  await writeFile(path.join(folder, 'queries.jsonl'), built.queries);
  await writeFile(path.join(folder, 'qrels.tsv'), built.qrels);
  const configPath = path.join(folder, 'cutover.yaml');
  const withDimensions = async (dimensions: number): Promise<IndexSpec> => {
    await writeFile(configPath, demoYaml(index, dimensions));
    const spec = (await loadConfig(configPath)).indexes.get(indexName(index));
    if (!spec) throw new LifecycleError('INTERNAL', 'The demo wrote a configuration without its index');
    return spec;
  };
  const tiny = await withDimensions(16);
  const small = await withDimensions(64);
  const large = await withDimensions(256);
  return { configPath, documents: built.documents, judged: built.judged, small, large, tiny };
}

function demoYaml(index: string, dimensions: number): string {
  return `indexes:
  ${index}:
    source:   { kind: jsonl, path: ./corpus.jsonl }
    chunker:  { kind: whole }
    embedder: { kind: static, model: wordllama-256, dimensions: ${dimensions} }
    evaluation:
      queries: ./queries.jsonl
      qrels: ./qrels.tsv
    gate:     { primary: ndcg@10, mode: non-inferior, margin: 0.02 }
    rollout:  { approval: required }
`;
}

/** `demo`, or the first `demo-2`, `demo-3` … that no earlier demo took. */
async function freeName(context: CommandContext): Promise<string> {
  const { registry } = await context.ports();
  const taken = new Set((await registry.indexes()).map((row) => row.index as string));
  let name = 'demo';
  for (let number = 2; taken.has(name); number += 1) name = `demo-${number}`;
  return name;
}

/** The folder this package's own dependencies were installed into. */
async function findNodeModules(): Promise<string> {
  const commander = fileURLToPath(import.meta.resolve('commander'));
  const marker = `${path.sep}node_modules${path.sep}`;
  return commander.slice(0, commander.lastIndexOf(marker) + marker.length - 1);
}
