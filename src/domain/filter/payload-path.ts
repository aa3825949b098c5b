import type { JsonObject, JsonValue } from '../json.js';

/** One step of a payload path: into a key, or into every element of an array. */
type Step = { readonly key: string } | 'each';

export type PayloadPath = readonly Step[];

// Dots between quotes belong to a key: an even number of quotes follows every other one.
const DOT = /\.(?=(?:[^"]*"[^"]*")*[^"]*$)/;
const SEGMENT = /^([A-Za-z0-9_-]+|"[^"]+")((?:\[\])*)$/;

/**
 * Parse `meta.lang`, `items[].sku` or `"odd key".x`.
 *
 * @returns undefined for what is no path, and for array indexes (`a[0]`), which we do not support
 */
export function parsePayloadPath(path: string): PayloadPath | undefined {
  const steps: Step[] = [];
  for (const segment of path.split(DOT)) {
    const parts = SEGMENT.exec(segment);
    if (parts === null) return undefined;
    const [, key = '', arrays = ''] = parts;
    steps.push({ key: key.startsWith('"') ? key.slice(1, -1) : key });
    for (let i = 0; i < arrays.length; i += 2) steps.push('each');
  }
  return steps;
}

/** All values a path leads to; an array at its end counts as one value. */
export function valuesAt(payload: JsonObject, path: PayloadPath): readonly JsonValue[] {
  let values: readonly JsonValue[] = [payload];
  for (const step of path) {
    values = values.flatMap((value) => (step === 'each' ? elements(value) : child(value, step.key)));
  }
  return values;
}

export const isJsonObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const elements = (value: JsonValue): readonly JsonValue[] => (Array.isArray(value) ? (value as JsonValue[]) : []);

// Wrapped, because flatMap would take an array found under the key apart.
function child(value: JsonValue, key: string): readonly JsonValue[] {
  if (!isJsonObject(value) || !Object.hasOwn(value, key)) return [];
  return [value[key] as JsonValue];
}
