import type { PayloadPath } from '../../../domain/filter/payload-path.js';
import { ExactNumber, parseExactly, writeJson } from './exact-json.js';
import { Located } from './located.js';

/** Changes to payloads, JSON objects as text in and out, so that each number stays as it was written. */

/** Keys of the patch win; `null` removes one, as in Qdrant. */
export function mergePayload(before: string, patch: string): string {
  const members = new Map([...Located.parse(before).members()].map(([key, { text }]) => [key, text]));
  for (const [key, { text }] of Located.parse(patch).members()) {
    if (text === 'null') members.delete(key);
    else members.set(key, text);
  }
  return `{${[...members].map(([key, text]) => `${JSON.stringify(key)}:${text}`).join(',')}}`;
}

/** Merge the patch into the object a path leads to, making it where it is missing or something else. */
export function mergePayloadAt(before: string, path: PayloadPath, patch: string): string {
  return writeJson(mergeAt(parseExactly(before), path, patch));
}

/** Leave out what the paths lead to. */
export const dropFromPayload = (before: string, paths: readonly PayloadPath[]): string =>
  writeJson(drop(parseExactly(before), paths));

/** Leave out all that no path leads to. */
export const keepOfPayload = (before: string, paths: readonly PayloadPath[]): string =>
  writeJson(keep(parseExactly(before), paths));

function mergeAt(value: unknown, path: PayloadPath, patch: string): unknown {
  const [step, ...rest] = path;
  if (step === undefined) return parseExactly(mergePayload(isObject(value) ? writeJson(value) : '{}', patch));
  if (step === 'each') return Array.isArray(value) ? value.map((one: unknown) => mergeAt(one, rest, patch)) : value;
  const members = new Map(isObject(value) ? Object.entries(value) : []);
  return Object.fromEntries(members.set(step.key, mergeAt(members.get(step.key), rest, patch)));
}

/** The parts of a value that some path leads to; a path that ends here keeps all of it. */
function keep(value: unknown, paths: readonly PayloadPath[]): unknown {
  if (paths.some((path) => path.length === 0)) return value;
  if (Array.isArray(value)) return value.map((one: unknown) => keep(one, below(paths, 'each')));
  if (!isObject(value)) return value;
  const kept: [string, unknown][] = [];
  for (const [key, child] of Object.entries(value)) {
    const deeper = below(paths, key);
    if (deeper.length > 0) kept.push([key, keep(child, deeper)]);
  }
  return Object.fromEntries(kept);
}

function drop(value: unknown, paths: readonly PayloadPath[]): unknown {
  if (paths.length === 0) return value;
  if (Array.isArray(value)) return value.map((one: unknown) => drop(one, below(paths, 'each')));
  if (!isObject(value)) return value;
  const left: [string, unknown][] = [];
  for (const [key, child] of Object.entries(value)) {
    const deeper = below(paths, key);
    if (!deeper.some((path) => path.length === 0)) left.push([key, drop(child, deeper)]);
  }
  return Object.fromEntries(left);
}

/** What is left of the paths that begin with this step. */
const below = (paths: readonly PayloadPath[], step: string): readonly PayloadPath[] =>
  paths
    .filter(([first]) => (step === 'each' ? first === 'each' : typeof first === 'object' && first.key === step))
    .map((path) => path.slice(1));

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof ExactNumber);
