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

/** @param bodyOffset  Where the body stands in its file. */
export function* decodeRecords(body: Buffer, bodyOffset: number): Generator<LoggedRecord> {
  const reader = new Reader(body);
  while (reader.position < body.length) {
    const record = reader.record();
    const length = record.kind === 'delete' ? 0 : record.payload.length;
    yield { ...record, payloadOffset: bodyOffset + reader.position - length };
  }
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

class Reader {
  position = 0;

  constructor(private readonly bytes: Buffer) {}

  record(): PointRecord {
    const kind = this.u8();
    const id = this.id();
    if (kind === DELETE) return { kind: 'delete', id };
    const version = this.f64();
    if (kind === PAYLOAD) return { kind: 'payload', id, version, payload: this.take(this.u32()) };
    if (kind !== PUT) throw new Error(`unknown record ${kind}: this log was written by a newer version`);
    return { kind: 'put', id, version, vectors: this.vectors(), payload: this.take(this.u32()) };
  }

  private id(): PointId {
    const kind = ID_KINDS[this.u8()];
    if (kind === 'number') return this.f64();
    if (kind === 'bigint') return this.take(8).readBigUInt64LE();
    const hex = this.take(16).toString('hex');
    return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
  }

  private vectors(): Map<string, Float32Array> {
    const vectors = new Map<string, Float32Array>();
    for (let left = this.u8(); left > 0; left -= 1) {
      const name = this.take(this.u8()).toString();
      const vector = new Float32Array(this.u32());
      // Copied byte by byte: in the file a vector may stand at any offset, in memory only at multiples of four.
      new Uint8Array(vector.buffer).set(this.take(vector.byteLength));
      vectors.set(name, vector);
    }
    return vectors;
  }

  private take(length: number): Buffer {
    this.position += length;
    return this.bytes.subarray(this.position - length, this.position);
  }

  private u8(): number {
    return this.take(1).readUInt8();
  }

  private u32(): number {
    return this.take(4).readUInt32LE();
  }

  private f64(): number {
    return this.take(8).readDoubleLE();
  }
}
