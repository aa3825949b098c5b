import type { PointId } from '../../../domain/filter/point-id.js';

/*
 * Records, one after another in a frame's body:
 *   u8 kind · id · (put and payload only) f64 version
 *   put:     u8 number of vectors, each: u8 length of the name, name, u32 dimensions, float32 …
 *   both:    u32 length of the content, content (see stored-payload)
 * An id is u8 0 and f64, u8 1 and the 16 bytes of the UUID, or u8 2 and u64. Numbers are little-endian.
 */
const PUT = 1;
const DELETE = 2;
const PAYLOAD = 3;

/** How an id is kept, by its first byte. */
const ID_KINDS: readonly string[] = ['number', 'string', 'bigint'];

export type PointRecord =
  | {
      readonly kind: 'put';
      readonly id: PointId;
      readonly version: number;
      readonly vectors: ReadonlyMap<string, Float32Array>;
      readonly payload: Buffer;
    }
  | { readonly kind: 'delete'; readonly id: PointId }
  | { readonly kind: 'payload'; readonly id: PointId; readonly version: number; readonly payload: Buffer };

/** A record as it was read, with the place of its payload in the file. */
export type LoggedRecord = PointRecord & { readonly payloadOffset: number };

/** @returns the body, and for each record where its payload begins within it */
export function encodeRecords(records: readonly PointRecord[]): {
  readonly body: Buffer;
  readonly payloadAt: number[];
} {
  const writer = new Writer(Buffer.allocUnsafe(records.reduce((sum, record) => sum + sizeOf(record), 0)));
  const payloadAt = records.map((record) => writer.record(record));
  return { body: writer.bytes, payloadAt };
}

/**
 * Records with vectors and payloads that are only valid until the next body is read.
 *
 * @param bodyOffset  Where the body stands in its file.
 */
export function* decodeRecords(body: Buffer, bodyOffset: number): Generator<LoggedRecord> {
  const reader = new Reader(body);
  while (reader.position < body.length) yield reader.record(bodyOffset);
}

function sizeOf(record: PointRecord): number {
  const head = 1 + (typeof record.id === 'string' ? 17 : 9);
  if (record.kind === 'delete') return head;
  let size = head + 8 + 4 + record.payload.length;
  if (record.kind === 'payload') return size;
  size += 1;
  for (const [name, vector] of record.vectors) size += 1 + Buffer.byteLength(name) + 4 + vector.byteLength;
  return size;
}

class Writer {
  private at = 0;

  constructor(readonly bytes: Buffer) {}

  record(record: PointRecord): number {
    this.at = this.bytes.writeUInt8(record.kind === 'put' ? PUT : record.kind === 'delete' ? DELETE : PAYLOAD, this.at);
    this.id(record.id);
    if (record.kind === 'delete') return this.at;
    this.at = this.bytes.writeDoubleLE(record.version, this.at);
    if (record.kind === 'put') this.vectors(record.vectors);
    this.at = this.bytes.writeUInt32LE(record.payload.length, this.at);
    const start = this.at;
    this.at += record.payload.copy(this.bytes, this.at);
    return start;
  }

  private id(id: PointId): void {
    this.at = this.bytes.writeUInt8(ID_KINDS.indexOf(typeof id), this.at);
    if (typeof id === 'number') this.at = this.bytes.writeDoubleLE(id, this.at);
    else if (typeof id === 'bigint') this.at = this.bytes.writeBigUInt64LE(id, this.at);
    else this.at += this.bytes.write(id.replaceAll('-', ''), this.at, 'hex');
  }

  private vectors(vectors: ReadonlyMap<string, Float32Array>): void {
    this.at = this.bytes.writeUInt8(vectors.size, this.at);
    for (const [name, vector] of vectors) {
      this.at = this.bytes.writeUInt8(Buffer.byteLength(name), this.at);
      this.at += this.bytes.write(name, this.at);
      this.at = this.bytes.writeUInt32LE(vector.length, this.at);
      this.at += Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength).copy(this.bytes, this.at);
    }
  }
}

// Room for the vectors of a whole body, used again for the next: one allocation instead of one a vector.
let components = new Float32Array(0);

const HEX = Buffer.from('0123456789abcdef');
const DASH = '-'.charCodeAt(0);
const uuid = Buffer.alloc(36);

/** In one piece: put together from parts, a text keeps its parts in memory. */
function uuidText(bytes: Buffer, at: number): string {
  let to = 0;
  for (let i = 0; i < 16; i += 1) {
    if (i === 4 || i === 6 || i === 8 || i === 10) uuid[to++] = DASH;
    const byte = bytes[at + i]!;
    uuid[to++] = HEX[byte >> 4]!;
    uuid[to++] = HEX[byte & 15]!;
  }
  return uuid.toString('latin1');
}

class Reader {
  position = 0;
  private componentsUsed = 0;

  constructor(private readonly bytes: Buffer) {
    const needed = Math.floor(bytes.length / Float32Array.BYTES_PER_ELEMENT);
    if (components.length < needed) components = new Float32Array(needed);
  }

  /** @param bodyOffset  Where the body stands in its file. */
  record(bodyOffset: number): LoggedRecord {
    const kind = this.u8();
    const id = this.id();
    if (kind === DELETE) return { kind: 'delete', id, payloadOffset: bodyOffset + this.position };
    const version = this.f64();
    if (kind !== PUT && kind !== PAYLOAD) {
      throw new Error(`unknown record ${kind}: this log was written by a newer version`);
    }
    const vectors = kind === PUT ? this.vectors() : undefined;
    const length = this.u32();
    const payloadOffset = bodyOffset + this.position;
    const payload = this.take(length);
    return vectors === undefined
      ? { kind: 'payload', id, version, payload, payloadOffset }
      : { kind: 'put', id, version, vectors, payload, payloadOffset };
  }

  private id(): PointId {
    const kind = ID_KINDS[this.u8()];
    if (kind === 'number') return this.f64();
    this.position += kind === 'bigint' ? 8 : 16;
    if (kind === 'bigint') return this.bytes.readBigUInt64LE(this.position - 8);
    return uuidText(this.bytes, this.position - 16);
  }

  private vectors(): Map<string, Float32Array> {
    const vectors = new Map<string, Float32Array>();
    for (let left = this.u8(); left > 0; left -= 1) {
      const nameLength = this.u8();
      this.position += nameLength;
      const name = nameLength === 0 ? '' : this.bytes.toString('utf8', this.position - nameLength, this.position);
      vectors.set(name, this.vector(this.u32()));
    }
    return vectors;
  }

  /** Copied byte by byte: in the file a vector may stand at any offset, in memory only at multiples of four. */
  private vector(size: number): Float32Array {
    const vector = components.subarray(this.componentsUsed, this.componentsUsed + size);
    const room = Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength);
    this.bytes.copy(room, 0, this.position, this.position + room.length);
    this.position += room.length;
    this.componentsUsed += size;
    return vector;
  }

  private take(length: number): Buffer {
    this.position += length;
    return this.bytes.subarray(this.position - length, this.position);
  }

  private u8(): number {
    this.position += 1;
    return this.bytes.readUInt8(this.position - 1);
  }

  private u32(): number {
    this.position += 4;
    return this.bytes.readUInt32LE(this.position - 4);
  }

  private f64(): number {
    this.position += 8;
    return this.bytes.readDoubleLE(this.position - 8);
  }
}
