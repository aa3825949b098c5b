import type { Document, Node } from 'yaml';
import { isAlias, isMap, isNode, isPair, isScalar, isSeq, LineCounter, parseDocument, visit } from 'yaml';

export type ConfigPath = readonly (string | number)[];

/** A finding about one place of the file. */
export interface Problem {
  readonly path: ConfigPath;
  /** What is wrong; never repeats a value that may be secret. */
  readonly text: string;
  /** Offset into the file; looked up from the path when absent. */
  readonly offset?: number;
}

/** A parsed file that still knows where everything stands. */
export interface YamlFile {
  /** The data as plain values; undefined when the file is not YAML at all. */
  readonly value: unknown;
  readonly problems: readonly Problem[];
  /** Line and column, both from 1, of the deepest part of `path` that exists. */
  place(problem: Problem): { readonly line: number; readonly col: number };
  /** Calls back for every key and its value, with the path and offset of the key. */
  eachEntry(
    seen: (entry: {
      readonly key: string;
      readonly value: unknown;
      readonly path: ConfigPath;
      readonly offset: number;
    }) => void,
  ): void;
}

/** Parse YAML text; syntax errors and duplicate keys become problems, all of them. */
export function parseYaml(text: string): YamlFile {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true });
  const problems: Problem[] = document.errors.map((error) => ({
    path: [],
    text: error.code === 'DUPLICATE_KEY' ? 'this key is given twice' : `not valid YAML: ${error.message}`,
    offset: error.pos[0],
  }));
  // A key given twice leaves a readable document; any other syntax error would only cause confusing findings.
  const readable = document.errors.every((error) => error.code === 'DUPLICATE_KEY');
  const data = readable ? toValue(document) : { value: undefined };
  if (data.problem) problems.push(data.problem);
  return {
    value: data.value,
    problems,
    place: (problem) => lines.linePos(problem.offset ?? offsetOf(document, problem.path)),
    eachEntry: (seen) => walk(document, seen),
  };
}

function toValue(document: Document): { readonly value: unknown; readonly problem?: Problem } {
  try {
    return { value: document.toJS() };
  } catch (error) {
    // Aliases to nowhere, and nests of aliases that would unfold to gigabytes.
    return { value: undefined, problem: { path: [], text: `not usable YAML: ${(error as Error).message}`, offset: 0 } };
  }
}

/** Offset of a key for a map's member, of the value for a list's; the last existing one on the way. */
function offsetOf(document: Document, path: ConfigPath): number {
  let node: unknown = document.contents;
  let offset = startOf(node) ?? 0;
  for (const step of path) {
    node = isAlias(node) ? node.resolve(document) : node;
    const next = memberOf(node, step);
    if (!next) break;
    offset = startOf(next.at) ?? offset;
    node = next.value;
  }
  return offset;
}

function memberOf(node: unknown, step: string | number): { readonly at: unknown; readonly value: unknown } | undefined {
  if (isMap(node)) {
    // Of a key given twice the last one counts, as in the data.
    const pair = node.items.findLast((item) => keyText(item.key) === String(step));
    return pair && { at: pair.key, value: pair.value };
  }
  if (isSeq(node)) {
    const item = node.items[Number(step)];
    return item === undefined ? undefined : { at: item, value: item };
  }
  return undefined;
}

function walk(document: Document, seen: Parameters<YamlFile['eachEntry']>[0]): void {
  visit(document, {
    Pair(_, pair, ancestors) {
      const path = [...ancestors.flatMap((node) => (isPair(node) ? [keyText(node.key)] : [])), keyText(pair.key)];
      const value = isScalar(pair.value) ? pair.value.value : pair.value;
      seen({ key: keyText(pair.key), value, path, offset: startOf(pair.key) ?? 0 });
    },
  });
}

const keyText = (key: unknown): string => String(isScalar(key) ? key.value : key);
const startOf = (node: unknown): number | undefined => (isNode(node) ? (node as Node).range?.[0] : undefined);
