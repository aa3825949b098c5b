/** Id of a point as Qdrant knows it: an integer ≥ 0 or a UUID in lower case with hyphens. */
export type PointId = number | string;

const UUID = /^(?:urn:uuid:)?\{?([0-9a-f]{8})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{12})\}?$/i;

/** @returns the id in its one spelling; undefined when the value is none (integers past 2^53 included) */
export function parsePointId(value: unknown): PointId | undefined {
  if (typeof value === 'number') return Number.isSafeInteger(value) && value >= 0 ? value : undefined;
  if (typeof value !== 'string') return undefined;
  const parts = UUID.exec(value);
  return parts === null ? undefined : parts.slice(1).join('-').toLowerCase();
}

/** Qdrant's order: integers first, then UUIDs by their bytes. */
export function comparePointIds(a: PointId, b: PointId): number {
  if (typeof a === 'number') return typeof b === 'number' ? a - b : -1;
  if (typeof b === 'number') return 1;
  return a < b ? -1 : a > b ? 1 : 0;
}
