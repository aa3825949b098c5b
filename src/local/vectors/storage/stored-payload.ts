import type { JsonObject } from '../../../domain/json.js';
import { parseJson } from '../json/exact-json.js';

/*
 * What a point carries besides its dense vectors, as it stands in the log: the payload's JSON as it was sent and,
 * if there are sparse vectors, a NUL (which JSON never holds) and these as JSON by name. Nothing at all takes no room.
 */
const NUL = 0;
const NOTHING = Buffer.alloc(0);

export interface PointContent {
  /** JSON object. */
  readonly payload: string;
  /** JSON object of sparse vectors by name; undefined when there are none. */
  readonly sparse?: string | undefined;
}

export function encodeContent({ payload, sparse }: PointContent): Buffer {
  if (sparse !== undefined) return Buffer.from(`${payload}\0${sparse}`);
  return payload === '{}' ? NOTHING : Buffer.from(payload);
}

export function decodeContent(bytes: Buffer): PointContent {
  const end = bytes.indexOf(NUL);
  if (end >= 0) return { payload: bytes.toString('utf8', 0, end), sparse: bytes.toString('utf8', end + 1) };
  return { payload: bytes.length === 0 ? '{}' : bytes.toString() };
}

/** The payload for filters: integers beyond 2^53 as bigints, which match by value. */
export const payloadValue = (content: PointContent): JsonObject => parseJson(content.payload) as JsonObject;
