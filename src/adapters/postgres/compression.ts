import { promisify } from 'node:util';
import { deflateRaw, inflateRaw } from 'node:zlib';

const deflate = promisify(deflateRaw);
const inflate = promisify(inflateRaw);

/** How bytes are stored; the numbers are in the database. */
export const CODEC = { plain: 0, deflate: 1 } as const;
export type Codec = (typeof CODEC)[keyof typeof CODEC];

export interface Packed {
  readonly codec: Codec;
  readonly body: Buffer;
}

/** Shorter texts gain nothing that pays for the call. */
const MIN_BYTES = 512;
/** Most of deflate's gain for half its time. */
const LEVEL = 3;
/** Calls under way at once: the thread pool has four threads, and each call holds its input and output. */
const AT_ONCE = 8;

export async function pack(text: string): Promise<Packed> {
  const plain = Buffer.from(text);
  if (plain.byteLength < MIN_BYTES) return { codec: CODEC.plain, body: plain };
  return { codec: CODEC.deflate, body: await deflate(plain, { level: LEVEL }) };
}

export async function unpack({ codec, body }: Packed): Promise<string> {
  return (codec === CODEC.plain ? body : await inflate(body)).toString();
}

/** Map in order, a few at a time. */
export async function mapBounded<From, To>(
  items: readonly From[],
  work: (item: From) => Promise<To>,
): Promise<readonly To[]> {
  const results: To[] = [];
  for (let at = 0; at < items.length; at += AT_ONCE) {
    results.push(...(await Promise.all(items.slice(at, at + AT_ONCE).map(work))));
  }
  return results;
}
