import type { JsonValue } from '../domain/json.js';
import { isWellFormed } from '../domain/corpus/well-formed.js';

const CLAUSES = new Set(['must', 'should', 'must_not', 'min_should']);
const MAX_DEPTH = 12;
const MAX_VALUES = 2000;

/**
 * Whether a value may be passed on as a filter: of a filter's outer shape, and bounded. What the conditions mean
 * is the vector store's business; it refuses those it does not know.
 *
 * @returns what is wrong with it; undefined when nothing is
 */
export function filterProblem(filter: JsonValue): string | undefined {
  if (!isRecord(filter)) return 'filter must be an object with must, should, must_not or min_should';
  const stranger = Object.keys(filter).find((key) => !CLAUSES.has(key));
  if (stranger !== undefined)
    return `filter holds ${JSON.stringify(stranger.slice(0, 60))}; known are must, should, must_not, min_should`;
  const wrong = Object.entries(filter).find(([, clause]) => typeof clause !== 'object' || clause === null);
  if (wrong) return `filter.${wrong[0]} must be a condition or a list of conditions`;
  return sizeProblem(filter);
}

function sizeProblem(filter: JsonValue): string | undefined {
  let values = 0;
  const pending: { readonly value: JsonValue; readonly depth: number }[] = [{ value: filter, depth: 0 }];
  for (let next = pending.pop(); next; next = pending.pop()) {
    const { value, depth } = next;
    values += 1;
    if (depth > MAX_DEPTH) return `filter is nested deeper than ${MAX_DEPTH} levels`;
    if (values > MAX_VALUES) return `filter holds more than ${MAX_VALUES} values`;
    if (typeof value === 'string' && !isWellFormed(value)) return 'filter holds text with a lone surrogate';
    if (typeof value !== 'object' || value === null) continue;
    for (const member of Object.values(value)) pending.push({ value: member, depth: depth + 1 });
  }
  return undefined;
}

const isRecord = (value: JsonValue): value is { readonly [key: string]: JsonValue } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
