import { constants, readdir } from 'node:fs';
import { lstat, open, realpath, type FileHandle } from 'node:fs/promises';
import { basename, extname, join, sep } from 'node:path';
import { glob } from 'tinyglobby';
import type { SourceDocument } from '../../domain/corpus/document.js';
import { LifecycleError } from '../../domain/errors.js';
import { docId } from '../../domain/ids.js';
import type { SourceSpec } from '../../domain/index-spec.js';
import { DocumentProblem, type Source, type SourceEntry } from '../../ports/source.js';
import { decodeUtf8 } from './decode-utf8.js';

type FilesSpec = Extract<SourceSpec, { kind: 'files' }>;

interface Limits {
  readonly maxDocumentBytes: number;
}

/**
 * Markdown and text files below a folder; ids are paths relative to it, with `/`. Symbolic links and
 * anything that is not a regular file are not listed.
 */
export function openFiles(spec: FilesSpec, limits: Limits): Source {
  return {
    kind: 'files',
    async *list({ signal } = {}) {
      const root = await rootOf(spec);
      const paths = await listFiles(spec, root);
      if (paths.length === 0) throw nothingFound(spec);
      for (const path of paths) {
        signal?.throwIfAborted();
        yield await entryOf(root, path, limits);
      }
    },
    close: () => Promise.resolve(),
  };
}

async function rootOf({ root }: FilesSpec): Promise<string> {
  try {
    const real = await realpath(root);
    if ((await lstat(real)).isDirectory()) return real;
  } catch (cause) {
    throw invalid(`Cannot list "${root}": the folder does not exist or cannot be read`, root, cause);
  }
  throw invalid(`Cannot list "${root}": it is not a folder`, root);
}

/** @returns relative paths, sorted, so that two scans see one order */
async function listFiles(spec: FilesSpec, root: string): Promise<readonly string[]> {
  const failures: Error[] = [];
  const paths = await glob([...spec.include], {
    cwd: root,
    ignore: [...spec.exclude],
    onlyFiles: true,
    followSymbolicLinks: false,
    expandDirectories: false,
    fs: { readdir: noting(failures) },
  });
  // The walker passes over folders it cannot read; their documents would be taken for deleted.
  const [failure] = failures;
  if (failure) throw invalid(`Cannot list all of "${spec.root}": ${failure.message}`, spec.root, failure);
  const outside = paths.find((path) => path.split('/').includes('..'));
  if (outside !== undefined) throw invalid(`"${outside}" lies outside "${spec.root}"`, spec.root);
  return paths.sort((a, b) => (a < b ? -1 : 1));
}

/** `readdir` that keeps its failures. */
function noting(failures: Error[]): typeof readdir {
  const wrapped = (path: string, options: { withFileTypes: true }, done: (...found: unknown[]) => void) => {
    readdir(path, options, (error, entries) => {
      if (error) failures.push(error);
      done(error, entries);
    });
  };
  return wrapped as unknown as typeof readdir;
}

async function entryOf(root: string, path: string, limits: Limits): Promise<SourceEntry> {
  const file = join(root, path);
  const stat = await lstat(file, { bigint: true }).catch(() => undefined);
  return {
    id: docId(path),
    place: path,
    ...(stat === undefined ? {} : { hint: `${stat.size}-${stat.mtimeNs}-${stat.ino}` }),
    open: () => openFile(root, path, limits),
  };
}

async function openFile(root: string, path: string, limits: Limits): Promise<SourceDocument> {
  const bytes = await readRegular(root, path, limits);
  const text = decodeUtf8(bytes);
  return { id: docId(path), text, title: titleOf(path, text), metadata: {} };
}

async function readRegular(root: string, path: string, { maxDocumentBytes }: Limits): Promise<Buffer> {
  const file = join(root, path);
  let handle: FileHandle | undefined;
  try {
    // A folder on the way may have become a link since the listing; the file itself is refused by O_NOFOLLOW.
    if (!(await realpath(file)).startsWith(root.endsWith(sep) ? root : root + sep)) {
      throw new DocumentProblem('leads outside the source folder');
    }
    handle = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    const stat = await handle.stat();
    if (!stat.isFile()) throw new DocumentProblem('is not a regular file');
    if (stat.size > maxDocumentBytes) {
      throw new DocumentProblem(`${stat.size} bytes, more than maxDocumentBytes (${maxDocumentBytes})`);
    }
    return await handle.readFile();
  } catch (error) {
    if (error instanceof DocumentProblem) throw error;
    throw new DocumentProblem(`cannot be read: ${codeOf(error)}`);
  } finally {
    await handle?.close();
  }
}

/** System messages name absolute paths; their code says as much. */
function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
}

const HEADING = /^ {0,3}#{1,6}[ \t]+(.*?)(?:[ \t]+#+)?[ \t]*$/;
const FENCE = /^ {0,3}(?:```|~~~)/;
const TITLE_LINES = 200;
const TITLE_CHARACTERS = 64_000;

/** First heading of a Markdown file outside of code, else the file's name without its extension. */
function titleOf(path: string, text: string): string {
  const name = basename(path, extname(path));
  if (!/^\.(md|mdx|markdown)$/i.test(extname(path))) return name;
  let fenced = false;
  for (const line of text.slice(0, TITLE_CHARACTERS).split(/\r?\n/, TITLE_LINES)) {
    if (FENCE.test(line)) fenced = !fenced;
    const heading = fenced ? undefined : HEADING.exec(line)?.[1];
    if (heading) return heading;
  }
  return name;
}

function invalid(message: string, root: string, cause?: unknown): LifecycleError {
  return new LifecycleError('SOURCE_INVALID', message, {
    hint: 'Check source.root; no document was taken for deleted.',
    facts: { root },
    cause,
  });
}

function nothingFound({ root, include, exclude }: FilesSpec): LifecycleError {
  return new LifecycleError('SOURCE_EMPTY', `No file below "${root}" matches ${include.join(', ')}`, {
    hint: 'Check source.root, source.include and source.exclude; an empty listing deletes nothing.',
    facts: { root, include, exclude },
  });
}
