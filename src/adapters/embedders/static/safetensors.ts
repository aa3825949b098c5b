import { readFile } from 'node:fs/promises';
import { LifecycleError } from '../../../domain/errors.js';

/** One tensor of a safetensors file; `bytes` is a view into the file. */
export interface Tensor {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly bytes: Buffer;
}

const BYTES_BY_DTYPE: Readonly<Record<string, number>> = { F16: 2, F32: 4, F64: 8, I32: 4, I64: 8 };
const MAX_HEADER_BYTES = 100_000_000;

/**
 * Read a safetensors file: 8 bytes header length, a JSON header, then the tensors' bytes, little-endian.
 *
 * @throws {LifecycleError} `MODEL_INVALID` when it is missing, cut short or contradicts itself.
 * @see https://huggingface.co/docs/safetensors
 */
export async function readSafetensors(file: string): Promise<ReadonlyMap<string, Tensor>> {
  try {
    return parseSafetensors(await readFile(file));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new LifecycleError('MODEL_INVALID', `Cannot read model file ${file}: ${reason}`, { cause });
  }
}

/**
 * All numbers of a tensor.
 *
 * @throws {LifecycleError} `MODEL_INVALID` when its type is none that we read: F16, F32, F64, I32, I64.
 */
export function tensorNumbers({ dtype, bytes }: Tensor): (index: number) => number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  switch (dtype) {
    case 'F16':
      return (index) => HALVES[view.getUint16(index * 2, true)] ?? Number.NaN;
    case 'F32':
      return (index) => view.getFloat32(index * 4, true);
    case 'F64':
      return (index) => view.getFloat64(index * 8, true);
    case 'I32':
      return (index) => view.getInt32(index * 4, true);
    case 'I64':
      return (index) => Number(view.getBigInt64(index * 8, true));
    default:
      throw new LifecycleError('MODEL_INVALID', `Tensors of type ${dtype} are not supported`);
  }
}

function parseSafetensors(file: Buffer): ReadonlyMap<string, Tensor> {
  const headerBytes = file.length < 8 ? 0 : Number(file.readBigUInt64LE(0));
  if (headerBytes === 0 || headerBytes > MAX_HEADER_BYTES || 8 + headerBytes > file.length)
    throw new Error('it is no safetensors file, or is cut short');
  const header: unknown = JSON.parse(file.toString('utf8', 8, 8 + headerBytes));
  const body = file.subarray(8 + headerBytes);
  const tensors = new Map<string, Tensor>();
  for (const [name, entry] of Object.entries(header as Record<string, unknown>))
    if (name !== '__metadata__') tensors.set(name, parseTensor(name, entry, body));
  return tensors;
}

function parseTensor(name: string, entry: unknown, body: Buffer): Tensor {
  if (!isEntry(entry)) throw new Error(`the header of tensor "${name}" is damaged`);
  const { dtype, shape, data_offsets: offsets } = entry;
  const [start = -1, end = -1] = offsets;
  const step = BYTES_BY_DTYPE[dtype];
  const expected = shape.reduce((product, size) => product * size, step ?? 0);
  if (start < 0 || end < start || end > body.length)
    throw new Error(`tensor "${name}" lies outside the file: it is cut short`);
  if (step !== undefined && end - start !== expected)
    throw new Error(`tensor "${name}" has ${end - start} bytes, expected ${expected}`);
  return { dtype, shape, bytes: body.subarray(start, end) };
}

interface Entry {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data_offsets: readonly number[];
}

function isEntry(value: unknown): value is Entry {
  if (typeof value !== 'object' || value === null) return false;
  const { dtype, shape, data_offsets: offsets } = value as Partial<Record<keyof Entry, unknown>>;
  return typeof dtype === 'string' && areNumbers(shape) && areNumbers(offsets);
}

function areNumbers(value: unknown): boolean {
  return Array.isArray(value) && value.every((entry) => Number.isSafeInteger(entry));
}

/** Every binary16 there is: a model has millions, and computing a power of two for each took most of its loading. */
const HALVES = new Float32Array(0x10000);
for (let bits = 0; bits < HALVES.length; bits += 1) HALVES[bits] = halfToNumber(bits);

/** IEEE 754 binary16. */
function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
