import type { z } from 'zod';
import { didYouMean } from './did-you-mean.js';
import { keysAt } from './json-schema.js';
import type { ConfigPath, Problem } from './yaml-file.js';

type Issue = z.core.$ZodIssue;

/** One finding of the schema, as one or more problems a reader can act on. */
export function explainIssue(issue: Issue, file: unknown): Problem[] {
  const path = issue.path as ConfigPath;
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknownKey([...path, key], file));
  return [{ path, text: explain(issue, valueAt(file, path)) }];
}

function unknownKey(path: ConfigPath, file: unknown): Problem {
  const key = String(path[path.length - 1]);
  const known = keysAt(path.slice(0, -1), file);
  const near = didYouMean(key, known);
  return { path, text: near ? `unknown key; did you mean "${near}"?` : `unknown key; known here: ${known.join(', ')}` };
}

function explain(issue: Issue, value: unknown): string {
  if (issue.code === 'invalid_union' && 'options' in issue)
    return wrongChoice(issue.options as readonly unknown[], value);
  if (issue.code === 'invalid_value') return wrongChoice(issue.values, value);
  if (issue.code === 'invalid_key') return issue.issues.map((inner) => inner.message).join('; ');
  if (value === undefined && issue.code !== 'custom') return 'required, but missing';
  if (issue.code === 'invalid_type') return `must be ${noun(issue.expected)}, found ${show(value)}`;
  if (issue.code === 'too_small')
    return `must be ${issue.inclusive ? 'at least' : 'more than'} ${issue.minimum}${unit(issue.origin)}, found ${show(value)}`;
  if (issue.code === 'too_big')
    return `must be ${issue.inclusive ? 'at most' : 'less than'} ${issue.maximum}${unit(issue.origin)}, found ${show(value)}`;
  return issue.message;
}

function wrongChoice(options: readonly unknown[], value: unknown): string {
  const names = options.map(String);
  if (value === undefined) return `required, but missing: one of ${names.join(', ')}`;
  const near = typeof value === 'string' ? didYouMean(value, names) : undefined;
  return `must be one of ${names.join(', ')}, found ${show(value)}${near ? `; did you mean "${near}"?` : ''}`;
}

const NOUNS: Readonly<Record<string, string>> = {
  object: 'a group of keys',
  record: 'a group of keys',
  array: 'a list',
  string: 'text',
  int: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
};
const noun = (type: string): string => NOUNS[type] ?? type;
const unit = (origin: string): string => (origin === 'array' ? ' entries' : origin === 'string' ? ' characters' : '');

/** Short form of a value; long texts are cut, since a file may hold anything. */
function show(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) return 'a group of keys';
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

function valueAt(root: unknown, path: ConfigPath): unknown {
  return path.reduce<unknown>(
    (value, step) =>
      typeof value === 'object' && value !== null ? (value as Record<string | number, unknown>)[step] : undefined,
    root,
  );
}
