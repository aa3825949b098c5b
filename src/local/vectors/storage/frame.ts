import { crc32 } from 'node:zlib';

/*
 * A frame is one batch in a log:
 *   0 magic u32 · 4 length of the body u32 · 8 CRC-32 of all that follows u32
 *   12 bytes of the log that were on disk when it was written f64 · 20 operation number f64 · 28 body
 */
export const FRAME_HEADER_BYTES = 28;

const MAGIC = 0x31465643;
const MAGIC_BYTES = Buffer.from([0x43, 0x56, 0x46, 0x31]);

export interface Frame {
  readonly operation: number;
  /** Everything before this offset had been acknowledged as durable. */
  readonly durableTo: number;
  readonly body: Buffer;
}

export function encodeFrame(frame: Frame): Buffer {
  const bytes = Buffer.allocUnsafe(FRAME_HEADER_BYTES + frame.body.length);
  bytes.writeUInt32LE(MAGIC, 0);
  bytes.writeUInt32LE(frame.body.length, 4);
  bytes.writeDoubleLE(frame.durableTo, 12);
  bytes.writeDoubleLE(frame.operation, 20);
  frame.body.copy(bytes, FRAME_HEADER_BYTES);
  bytes.writeUInt32LE(crc32(bytes.subarray(12)), 8);
  return bytes;
}

/** Length of the whole frame that begins here; undefined when nothing that could be one does. */
export function frameLength(header: Buffer): number | undefined {
  if (header.length < FRAME_HEADER_BYTES || header.readUInt32LE(0) !== MAGIC) return undefined;
  return FRAME_HEADER_BYTES + header.readUInt32LE(4);
}

/** @returns undefined when the bytes are not exactly one undamaged frame */
export function decodeFrame(bytes: Buffer): Frame | undefined {
  if (frameLength(bytes) !== bytes.length || crc32(bytes.subarray(12)) !== bytes.readUInt32LE(8)) return undefined;
  return {
    durableTo: bytes.readDoubleLE(12),
    operation: bytes.readDoubleLE(20),
    body: bytes.subarray(FRAME_HEADER_BYTES),
  };
}

/** Where the next frame might begin at or after `from`; -1 when nowhere. */
export const findFrame = (bytes: Buffer, from: number): number => bytes.indexOf(MAGIC_BYTES, from);
