import { dirname, relative, resolve, sep } from 'node:path';
import type { DetectedSource } from './detect-source.js';
import { detectSource } from './detect-source.js';

export interface SampleOptions {
  /** Folder or file, relative to the working folder. */
  readonly source: string;
  readonly index: string;
  /** Where the text will be written: its paths are relative to that folder. Default `cutover.yaml`. */
  readonly path?: string;
}

/**
 * Text of a first, commented `cutover.yaml`. It needs no key and no neural network.
 *
 * @throws LifecycleError `SOURCE_INVALID` when there is nothing to index there.
 */
export async function sampleConfig(options: SampleOptions): Promise<string> {
  const folder = dirname(resolve(options.path ?? 'cutover.yaml'));
  return sampleText(options.index, placed(await detectSource(options.source), folder));
}

/** Paths as they are to be written. */
function placed(source: DetectedSource, folder: string): DetectedSource {
  if (source.kind === 'files') return { ...source, root: spelled(source.root, folder) };
  const { path, queries, qrels } = source;
  return {
    kind: 'jsonl',
    path: spelled(path, folder),
    ...(queries !== undefined && { queries: spelled(queries, folder) }),
    ...(qrels !== undefined && { qrels: spelled(qrels, folder) }),
  };
}

function sampleText(index: string, source: DetectedSource): string {
  return `# yaml-language-server: $schema=./node_modules/cutover/cutover.schema.json
# What cutover keeps in step. Every key: docs/configuration.md. Secrets come from the environment only.
indexes:
  ${index}: # an index cannot be renamed; searches use the alias, which is this name unless you set \`alias\`
${sourceLines(source)}
    # What turns text into vectors. Changing it later is what cutover is for: edit, then \`cutover reindex ${index}\`.
    embedder:
      kind: static # averaged token vectors: thousands of documents a second on one core
      model: wordllama-256 # fetched once; \`cutover models list\` shows the others
    # embedder: { kind: transformers, model: all-minilm-l6-v2, dtype: int8, pooling: mean } # a neural encoder
    # embedder: { kind: openai, model: text-embedding-3-small } # key: OPENAI_API_KEY

${evaluationLines(source)}
    gate:
      primary: ndcg@10 # the one metric that decides
      mode: non-inferior # or \`superior\`
      margin: 0.02 # largest loss that is tolerated

    rollout:
      approval: required # a person decides; \`auto\`: a PASS is enough
      rollbackWindow: 24h # so long the previous version is kept in step
`;
}

function sourceLines(source: DetectedSource): string {
  if (source.kind === 'jsonl') {
    return `    source:
      kind: jsonl # one document per line: _id, title, text
      path: ${source.path}

    chunker:
      kind: whole # one chunk per document; \`tokens\` cuts long ones`;
  }
  return `    source:
      kind: files
      root: ${source.root}
      include: [${source.include.map((glob) => JSON.stringify(glob)).join(', ')}]

    chunker:
      kind: markdown # sections, blocks, sentences
      maxTokens: 256
      overlapTokens: 32`;
}

function evaluationLines(source: DetectedSource): string {
  const judged = source.kind === 'jsonl' && source.queries !== undefined ? source : undefined;
  const mark = judged ? '' : '# ';
  const { queries, qrels } = judged ?? { queries: './eval/queries.jsonl', qrels: './eval/qrels.tsv' };
  return `    # Judged queries: what a new version is measured by. Without them only a person can approve it.
    ${mark}evaluation:
    ${mark}  queries: ${queries} # _id and text per line
    ${mark}  qrels: ${qrels} # query, document, grade
`;
}

/** A path from the configuration's folder, with forward slashes, quoted where YAML needs it. */
function spelled(path: string, folder: string): string {
  const shown = relative(folder, path).split(sep).join('/');
  const text = /^(?:\.\.|\/|[A-Za-z]:)/.test(shown) ? shown : `./${shown}`;
  return /^[\w./-]+$/.test(text) ? text : JSON.stringify(text);
}
