import type { IndexSpec } from '../domain/index-spec.js';
import type { JsonObject } from '../domain/json.js';

/** A configuration as it is stored with an index and its versions; members that are undefined are left out. */
export function toJson(spec: IndexSpec): JsonObject {
  return JSON.parse(JSON.stringify(spec)) as JsonObject;
}
