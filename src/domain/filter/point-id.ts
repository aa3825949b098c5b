/** Id of a point as Qdrant knows it: an integer in [0, 2^64), a bigint from 2^53, or a UUID in lower case with hyphens. */
export type PointId = number | bigint | string;

const UUID = /^(?:urn:uuid:)?\{?([0-9a-f]{8})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{12})\}?$/i;
const U64_MAX = 2n ** 64n - 1n;

/** @returns the id in its one spelling; undefined when the value is none */
export function parsePointId(value: unknown): PointId | undefined {
  if (typeof value === 'number') return Number.isSafeInteger(value) && value >= 0 ? value : undefined;
  if (typeof value === 'bigint') return integerId(value);
  if (typeof value !== 'string') return undefined;
  const parts = UUID.exec(value);
  return parts === null ? undefined : parts.slice(1).join('-').toLowerCase();
}

/** Qdrant's order: integers first, then UUIDs by their bytes. */
export function comparePointIds(a: PointId, b: PointId): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  if (typeof a === 'string' && typeof b !== 'string') return 1;
  if (typeof b === 'string' && typeof a !== 'string') return -1;
  return a < b ? -1 : a > b ? 1 : 0;
}

function integerId(value: bigint): PointId | undefined {
  if (value < 0n || value > U64_MAX) return undefined;
  return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value;
}
