import { readdir, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { LifecycleError } from '../domain/errors.js';

/** What a first configuration can be written for. */
export type DetectedSource =
  | { readonly kind: 'files'; readonly root: string; readonly include: readonly string[] }
  | { readonly kind: 'jsonl'; readonly path: string; readonly queries?: string; readonly qrels?: string };

const TEXT_EXTENSIONS = ['.md', '.markdown', '.txt'];
const SKIPPED_FOLDERS = new Set(['node_modules', '.git', '.cutover']);
/** A look, not a scan: enough to know what kinds of files there are. */
const MAX_FILES_SEEN = 10_000;

/**
 * Recognise a BEIR corpus (a `.jsonl` file, or a folder with `corpus.jsonl`) or a folder of Markdown and text.
 *
 * @throws LifecycleError `SOURCE_INVALID` when the place does not exist or holds neither.
 */
export async function detectSource(place: string): Promise<DetectedSource> {
  const info = await stat(place).catch(() => undefined);
  if (!info) throw notUsable(`${place} does not exist`);
  if (info.isFile()) {
    if (!/\.(?:jsonl|ndjson)$/.test(place)) throw notUsable(`${place} is neither a folder nor a .jsonl file`);
    return beir(place, join(place, '..'));
  }
  const corpus = join(place, 'corpus.jsonl');
  if (await exists(corpus)) return beir(corpus, place);
  const found = await extensionsBelow(place);
  const include = TEXT_EXTENSIONS.filter((extension) => found.has(extension)).map((extension) => `**/*${extension}`);
  if (include.length === 0) throw notUsable(`${place} holds no Markdown, no text and no corpus.jsonl`);
  return { kind: 'files', root: place, include };
}

async function beir(path: string, folder: string): Promise<DetectedSource> {
  const queries = join(folder, 'queries.jsonl');
  const qrels = await firstThatExists([join(folder, 'qrels.tsv'), join(folder, 'qrels', 'test.tsv')]);
  if (qrels === undefined || !(await exists(queries))) return { kind: 'jsonl', path };
  return { kind: 'jsonl', path, queries, qrels };
}

async function firstThatExists(paths: readonly string[]): Promise<string | undefined> {
  for (const path of paths) if (await exists(path)) return path;
  return undefined;
}

/** Extensions of the files below a folder, breadth first; links are not followed. */
async function extensionsBelow(root: string): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  const folders = [root];
  let seen = 0;
  for (let folder = folders.shift(); folder !== undefined && seen < MAX_FILES_SEEN; folder = folders.shift()) {
    for (const entry of await readdir(folder, { withFileTypes: true })) {
      if (entry.isDirectory() && !SKIPPED_FOLDERS.has(entry.name)) folders.push(join(folder, entry.name));
      if (!entry.isFile()) continue;
      seen += 1;
      found.add(extname(entry.name));
    }
  }
  return found;
}

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    (info) => info.isFile(),
    () => false,
  );

const notUsable = (message: string): LifecycleError =>
  new LifecycleError('SOURCE_INVALID', message, {
    hint: 'Name a folder of Markdown or text files, or a BEIR corpus.jsonl: `cutover init ./docs`.',
  });
