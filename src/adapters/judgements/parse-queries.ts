import { z } from 'zod';
import { stringFault } from '../../domain/corpus/check-document.js';
import { docId } from '../../domain/ids.js';
import type { JudgedQuery, PinnedQuery } from '../../ports/judgements.js';
import type { Report } from './problems.js';

const storable = z
  .string()
  .refine((text) => stringFault(text) === undefined, { error: ({ input }) => stringFault(String(input)) });
const text = storable.refine((value) => value.trim() !== '', { error: 'is blank' });
/** Ids become columns of TREC files, so white space would shift them. */
const id = z
  .union([storable, z.number().transform(String)])
  .refine((value) => /^\S+$/.test(value), { error: 'must be one word' });
const scalar = z.union([z.string(), z.number(), z.boolean()]).transform(String);

const query = z.object({
  _id: id,
  text,
  metadata: z
    .record(z.string(), z.unknown())
    .default({})
    .transform((metadata) => scalarsOf(metadata)),
});

const pinned = z.object({
  _id: id,
  text,
  expected: storable.min(1).transform(docId),
});

/** BEIR queries: `{"_id", "text", "metadata"?}` a line. Metadata that is not a plain value is left out. */
export function parseQueries(content: string, report: Report): readonly JudgedQuery[] {
  const rows = parseLines(content, query, report);
  if (rows.length === 0) report(undefined, 'holds no usable query');
  return rows.map(({ _id, ...rest }) => ({ id: _id, ...rest }));
}

/** Pinned queries: `{"_id", "text", "expected": "<document id>"}` a line. */
export function parsePinned(content: string, report: Report): readonly PinnedQuery[] {
  return parseLines(content, pinned, report).map(({ _id, ...rest }) => ({ id: _id, ...rest }));
}

function parseLines<T extends { readonly _id: string }>(
  content: string,
  schema: z.ZodType<T>,
  report: Report,
): readonly T[] {
  const firstLines = new Map<string, number>();
  const rows: T[] = [];
  for (const [index, line] of content.split('\n').entries()) {
    if (line.trim() === '') continue;
    const row = parseLine(line, schema, (problem) => report(index + 1, problem));
    if (row === undefined) continue;
    const first = firstLines.get(row._id);
    if (first === undefined) rows.push(row);
    else report(index + 1, `id "${row._id}" stands on line ${first} already`);
    firstLines.set(row._id, first ?? index + 1);
  }
  return rows;
}

function parseLine<T>(line: string, schema: z.ZodType<T>, report: (problem: string) => void): T | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    report('is not valid JSON');
    return undefined;
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  for (const issue of parsed.error.issues) report(`${issue.path.join('.') || 'line'}: ${issue.message}`);
  return undefined;
}

function scalarsOf(metadata: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> {
  const entries = Object.entries(metadata).flatMap(([key, value]) => {
    const parsed = scalar.safeParse(value);
    return parsed.success ? [[key, parsed.data] as const] : [];
  });
  return Object.fromEntries(entries);
}
