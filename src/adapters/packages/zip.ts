import { createWriteStream } from 'node:fs';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { Transform } from 'node:stream';
import type { TransformCallback } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { randomUUID } from 'node:crypto';
import { crc32, createInflateRaw } from 'node:zlib';

/** One file inside a zip archive, as its central directory describes it. */
export interface ZipEntry {
  readonly name: string;
  readonly method: number;
  readonly crc: number;
  readonly compressedBytes: number;
  readonly bytes: number;
  readonly headerOffset: number;
}

const END_SIGNATURE = 0x06054b50;
const ENTRY_SIGNATURE = 0x02014b50;
const LOCAL_SIGNATURE = 0x04034b50;
const END_BYTES = 22;
const ENTRY_BYTES = 46;
const LOCAL_BYTES = 30;
const MAX_COMMENT_BYTES = 65_535;
const STORED = 0;
const DEFLATED = 8;

/**
 * List a zip archive. Only its last bytes and its central directory are read, so size does not matter.
 *
 * @throws {Error} when the file is no zip archive, is cut short, or needs zip64 (more than 4 GB).
 */
export async function listZip(file: string): Promise<readonly ZipEntry[]> {
  const handle = await open(file, 'r');
  try {
    const { size } = await handle.stat();
    const tailBytes = Math.min(size, END_BYTES + MAX_COMMENT_BYTES);
    const end = findEnd(await readExactly(handle, size - tailBytes, tailBytes), file);
    return parseDirectory(await readExactly(handle, end.offset, end.bytes), end.entries);
  } finally {
    await handle.close();
  }
}

/**
 * Write one entry to `target`: through a temporary file beside it and a rename, so that `target` is either
 * absent or whole. Size and CRC are checked before the rename.
 *
 * @throws {Error} when the entry is damaged or packed by a method other than stored and deflate.
 */
export async function extractEntry(
  archive: string,
  entry: ZipEntry,
  to: { readonly target: string; readonly mode?: number },
): Promise<void> {
  if (entry.method !== STORED && entry.method !== DEFLATED)
    throw new Error(`${archive}: "${entry.name}" is packed by method ${entry.method}; expected stored or deflate`);
  await mkdir(path.dirname(to.target), { recursive: true });
  const temporary = `${to.target}.${randomUUID()}.tmp`;
  const handle = await open(archive, 'r');
  try {
    const start = await dataOffset(handle, entry);
    const sink = createWriteStream(temporary, to.mode === undefined ? {} : { mode: to.mode });
    await pipeline(packed(handle, start, entry), unpacker(entry), new Check(archive, entry), sink);
    await rename(temporary, to.target);
  } finally {
    await handle.close();
    await rm(temporary, { force: true });
  }
}

function findEnd(tail: Buffer, file: string): { entries: number; bytes: number; offset: number } {
  for (let at = tail.length - END_BYTES; at >= 0; at -= 1) {
    if (tail.readUInt32LE(at) !== END_SIGNATURE) continue;
    const offset = tail.readUInt32LE(at + 16);
    if (offset === 0xffffffff) throw new Error(`${file}: zip64 archives are not supported`);
    return { entries: tail.readUInt16LE(at + 10), bytes: tail.readUInt32LE(at + 12), offset };
  }
  throw new Error(`${file} is not a zip archive, or its end is missing`);
}

function parseDirectory(directory: Buffer, count: number): readonly ZipEntry[] {
  const entries: ZipEntry[] = [];
  let at = 0;
  for (let index = 0; index < count; index += 1) {
    if (directory.readUInt32LE(at) !== ENTRY_SIGNATURE) throw new Error(`damaged zip directory at entry ${index}`);
    const nameBytes = directory.readUInt16LE(at + 28);
    entries.push({
      name: directory.toString('utf8', at + ENTRY_BYTES, at + ENTRY_BYTES + nameBytes),
      method: directory.readUInt16LE(at + 10),
      crc: directory.readUInt32LE(at + 16),
      compressedBytes: directory.readUInt32LE(at + 20),
      bytes: directory.readUInt32LE(at + 24),
      headerOffset: directory.readUInt32LE(at + 42),
    });
    at += ENTRY_BYTES + nameBytes + directory.readUInt16LE(at + 30) + directory.readUInt16LE(at + 32);
  }
  return entries;
}

// The local header repeats name and extra field with lengths of its own: the directory's cannot be used.
async function dataOffset(handle: FileHandle, entry: ZipEntry): Promise<number> {
  const header = await readExactly(handle, entry.headerOffset, LOCAL_BYTES);
  if (header.readUInt32LE(0) !== LOCAL_SIGNATURE) throw new Error(`damaged zip header of "${entry.name}"`);
  return entry.headerOffset + LOCAL_BYTES + header.readUInt16LE(26) + header.readUInt16LE(28);
}

async function readExactly(handle: FileHandle, position: number, bytes: number): Promise<Buffer> {
  const buffer = Buffer.alloc(bytes);
  const { bytesRead } = await handle.read(buffer, 0, bytes, position);
  if (bytesRead < bytes) throw new Error(`zip archive is cut short: wanted ${bytes} bytes at ${position}`);
  return buffer;
}

async function* packed(handle: FileHandle, start: number, entry: ZipEntry): AsyncGenerator<Buffer> {
  const step = 1 << 18;
  for (let done = 0; done < entry.compressedBytes; done += step)
    yield await readExactly(handle, start + done, Math.min(step, entry.compressedBytes - done));
}

function unpacker(entry: ZipEntry): Transform {
  return entry.method === DEFLATED
    ? createInflateRaw()
    : new Transform({ transform: (chunk, _encoding, done) => done(null, chunk) });
}

/** Passes bytes through and fails at the end when size or CRC differ from the directory's. */
class Check extends Transform {
  private crc = 0;
  private bytes = 0;

  constructor(
    private readonly archive: string,
    private readonly entry: ZipEntry,
  ) {
    super();
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.crc = crc32(chunk, this.crc);
    this.bytes += chunk.length;
    done(null, chunk);
  }

  override _flush(done: TransformCallback): void {
    const whole = this.bytes === this.entry.bytes && this.crc === this.entry.crc;
    done(whole ? null : new Error(`${this.archive}: "${this.entry.name}" is damaged (size or CRC differ)`));
  }
}
