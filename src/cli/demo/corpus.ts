import { readFile, readdir } from 'node:fs/promises';
import path from 'node:path';

/** A package that can take part: what it says of itself, and its README without that sentence. */
export interface DemoPackage {
  readonly name: string;
  readonly description: string;
  readonly text: string;
}

export interface DemoCorpus {
  /** BEIR `corpus.jsonl`, `queries.jsonl` and `qrels.tsv`, ready to be written. */
  readonly corpus: string;
  readonly queries: string;
  readonly qrels: string;
  readonly documents: number;
  readonly judged: number;
}

const MOST_DOCUMENTS = 500;
const README_CHARACTERS = 4_000;
/** Shorter descriptions ("Fast.") name no package in particular. */
const LEAST_DESCRIPTION_WORDS = 4;

/**
 * Take a text's own summary out of it, wherever it stands and however it is wrapped: a query that is
 * quoted in its answer would let any model win.
 */
export function withoutSentence(text: string, sentence: string): string {
  const words = sentence.match(/[\p{L}\p{N}]+/gu) ?? [];
  if (words.length === 0) return text;
  const between = '[^\\p{L}\\p{N}]+';
  return text.replace(new RegExp(words.map((word) => escapeRegExp(word)).join(between), 'giu'), ' ');
}

function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

/** Documents are the READMEs, queries the descriptions; one that several packages share judges nothing. */
export function demoCorpus(packages: readonly DemoPackage[]): DemoCorpus {
  const documents = packages.slice(0, MOST_DOCUMENTS);
  const shared = countBy(documents.map(({ description }) => description.toLowerCase()));
  const judged = documents.filter(
    ({ description }) =>
      shared.get(description.toLowerCase()) === 1 && description.split(/\s+/).length >= LEAST_DESCRIPTION_WORDS,
  );
  return {
    corpus: jsonLines(documents.map(({ name, text }) => ({ _id: name, title: '', text }))),
    queries: jsonLines(judged.map(({ name, description }) => ({ _id: `about:${name}`, text: description }))),
    qrels: ['query-id\tcorpus-id\tscore', ...judged.map(({ name }) => `about:${name}\t${name}\t1`), ''].join('\n'),
    documents: documents.length,
    judged: judged.length,
  };
}

function countBy(values: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
}

function jsonLines(rows: readonly object[]): string {
  return rows.map((row) => `${JSON.stringify(row)}\n`).join('');
}

/** The installed packages that have both a README and a description, by name. */
export async function readInstalledPackages(nodeModules: string): Promise<readonly DemoPackage[]> {
  const found: DemoPackage[] = [];
  for (const folder of await packageFolders(nodeModules)) {
    const one = await readPackage(path.join(nodeModules, folder));
    if (one) found.push(one);
  }
  return found;
}

async function packageFolders(nodeModules: string): Promise<readonly string[]> {
  const folders: string[] = [];
  for (const name of (await readdir(nodeModules)).sort()) {
    if (name.startsWith('.')) continue;
    if (!name.startsWith('@')) folders.push(name);
    else for (const inner of (await readdir(path.join(nodeModules, name))).sort()) folders.push(`${name}/${inner}`);
  }
  return folders;
}

async function readPackage(folder: string): Promise<DemoPackage | undefined> {
  try {
    const manifest = JSON.parse(await readFile(path.join(folder, 'package.json'), 'utf8')) as {
      name?: unknown;
      description?: unknown;
    };
    const readme = (await readdir(folder)).find((name) => /^readme(\.md|\.markdown|\.txt)?$/i.test(name));
    if (typeof manifest.name !== 'string' || typeof manifest.description !== 'string' || !readme) return undefined;
    const text = withoutSentence(
      firstCharacters(await readFile(path.join(folder, readme), 'utf8')),
      manifest.description,
    );
    if (text.trim() === '') return undefined;
    return { name: manifest.name, description: manifest.description.trim(), text };
  } catch {
    return undefined; // not a package: a stray file, or a link that leads nowhere
  }
}

/** The start of a text, never ending inside a surrogate pair. */
function firstCharacters(text: string): string {
  const cut = text.slice(0, README_CHARACTERS);
  return cut.isWellFormed() ? cut : cut.slice(0, -1);
}
