import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { z } from 'zod';
import { stringFault } from '../../domain/corpus/check-document.js';
import type { SourceDocument } from '../../domain/corpus/document.js';
import { LifecycleError } from '../../domain/errors.js';
import { docId } from '../../domain/ids.js';
import type { SourceSpec } from '../../domain/index-spec.js';
import type { JsonObject } from '../../domain/json.js';
import { breathe, isTurnOver } from '../../pace.js';
import { DocumentProblem, type Source, type SourceEntry } from '../../ports/source.js';
import { decodeUtf8 } from './decode-utf8.js';
import { readLines, type Line } from './read-lines.js';

type JsonlSpec = Extract<SourceSpec, { kind: 'jsonl' }>;

/** Problems named in one error; further ones are not looked for. */
const MAX_PROBLEMS = 20;
const MAX_ID_CHARACTERS = 1_024;
/** JSON around the text, and escapes in it, may make a line longer than its document. */
const LINE_OVERHEAD = 2;

const identifier = z.union([z.string(), z.number().transform(String)]).refine((id) => idFault(id) === undefined, {
  error: ({ input }) => idFault(String(input)) ?? 'is not an id',
});

const row = z.object({
  _id: identifier,
  title: z.string().optional(),
  text: z.string(),
  url: z.string().optional(),
  // JSON.parse gives nothing but JSON, and a check of all of it overflows the stack on deep values.
  metadata: z.record(z.string(), z.unknown()).optional(),
});

/**
 * One document a line, as in BEIR's `corpus.jsonl`: `_id`, `text`, and optionally `title`, `url`, `metadata`.
 * A line that is no document fails the listing (all such lines named); one that names its document but
 * cannot be read quarantines it.
 */
export function openJsonl(spec: JsonlSpec, limits: { readonly maxDocumentBytes: number }): Source {
  return {
    kind: 'jsonl',
    async *list({ signal } = {}) {
      await requireFile(spec);
      const problems: string[] = [];
      let documents = 0;
      for await (const line of readLines(spec.path, limits.maxDocumentBytes * LINE_OVERHEAD)) {
        signal?.throwIfAborted();
        if (isBlank(line)) continue;
        if (isTurnOver()) await breathe();
        const entry = entryOf(spec, line, limits.maxDocumentBytes);
        if (typeof entry === 'string') problems.push(`line ${line.number}: ${entry}`);
        if (problems.length >= MAX_PROBLEMS) break;
        if (typeof entry === 'string') continue;
        documents += 1;
        yield entry;
      }
      if (problems.length > 0) throw malformed(spec, problems);
      if (documents === 0) throw empty(spec);
    },
    close: () => Promise.resolve(),
  };
}

/** @returns what is wrong with the line when it names no document */
function entryOf(spec: JsonlSpec, line: Line, maxDocumentBytes: number): SourceEntry | string {
  const place = `${basename(spec.path)}:${line.number}`;
  if (!line.isComplete) {
    return refused(
      line,
      place,
      `line of ${line.length} bytes, more than maxDocumentBytes (${maxDocumentBytes}) allows`,
    );
  }
  let json: string;
  try {
    json = decodeUtf8(line.bytes);
  } catch (error) {
    if (!(error instanceof DocumentProblem)) throw error;
    return refused(line, place, error.reason);
  }
  const document = parseRow(json);
  if (typeof document === 'string') return document;
  return { id: document.id, place, open: () => Promise.resolve(document) };
}

function parseRow(json: string): SourceDocument | string {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (error) {
    return error instanceof RangeError ? 'JSON nested too deep' : 'not valid JSON';
  }
  const parsed = row.safeParse(value);
  if (!parsed.success) {
    return parsed.error.issues.map((issue) => `${issue.path.join('.') || 'line'}: ${issue.message}`).join('; ');
  }
  const { _id, title, text, url, metadata = {} } = parsed.data;
  return {
    id: docId(_id),
    text,
    ...(title ? { title } : {}),
    ...(url ? { uri: url } : {}),
    metadata: metadata as JsonObject,
  };
}

/** An entry whose document cannot be had, if the line at least names it. */
function refused(line: Line, place: string, reason: string): SourceEntry | string {
  const id = idIn(line.bytes);
  if (id === undefined) return reason;
  return { id: docId(id), place, open: () => Promise.reject(new DocumentProblem(reason)) };
}

const LEADING_ID = /^\s*\{\s*"_id"\s*:\s*("(?:[^"\\]|\\.)*")/;

/** Id of a line that cannot be parsed as a whole: BEIR writes it first. */
function idIn(bytes: Buffer): string | undefined {
  const literal = LEADING_ID.exec(bytes.subarray(0, 8_192).toString('utf8'))?.[1];
  if (literal === undefined) return undefined;
  try {
    const id: unknown = JSON.parse(literal);
    return typeof id === 'string' && !id.includes('\ufffd') && idFault(id) === undefined ? id : undefined;
  } catch {
    return undefined;
  }
}

function idFault(id: string): string | undefined {
  if (id === '') return 'is empty';
  if (id.length > MAX_ID_CHARACTERS) return `is longer than ${MAX_ID_CHARACTERS} characters`;
  return stringFault(id);
}

const isBlank = ({ bytes, isComplete }: Line): boolean =>
  isComplete && bytes.length < 4_096 && bytes.toString('latin1').trim() === '';

async function requireFile({ path }: JsonlSpec): Promise<void> {
  const found = await stat(path).catch((cause: unknown) => {
    throw new LifecycleError('SOURCE_INVALID', `Cannot read "${path}": the file does not exist or is not readable`, {
      hint: 'Check source.path; no document was taken for deleted.',
      facts: { path },
      cause,
    });
  });
  if (found.isFile()) return;
  throw new LifecycleError('SOURCE_INVALID', `Cannot read "${path}": it is not a regular file`, { facts: { path } });
}

function malformed({ path }: JsonlSpec, problems: readonly string[]): LifecycleError {
  const more = problems.length >= MAX_PROBLEMS ? '; reading stopped there' : '';
  return new LifecycleError('SOURCE_INVALID', `"${path}" is not a corpus: ${problems.join('; ')}${more}`, {
    hint: 'Each line must be a JSON object with "_id" and "text" (BEIR); nothing was taken for deleted.',
    facts: { path, problems },
  });
}

function empty({ path }: JsonlSpec): LifecycleError {
  return new LifecycleError('SOURCE_EMPTY', `"${path}" holds no document`, {
    hint: 'An empty listing deletes nothing; delete the index instead if that is what you want.',
    facts: { path },
  });
}
